import { crunOfProgram, crunOfServer } from '../baselines/crun-run.ts';
import type { Group } from '../measure/contender.ts';
import { functionContender, startFaasServer } from '../place/faas-server.ts';
import { functionSpec } from '../place/function-spec.ts';
import { unpackImage } from '../place/images.ts';
import type { Workbench } from '../place/workbench.ts';

const only = ['serial', 'throughput'] as const;

export async function coldGroup(bench: Workbench): Promise<Group> {
  const program = functionSpec(await unpackImage(bench, 'hello-c'), { name: 'cold-c', start: 'cold' });
  const image = functionSpec(await unpackImage(bench, 'http-server'), { name: 'cold-server', start: 'cold' });
  const server = await startFaasServer(bench, 'cold', [program, image]);
  return {
    contenders: [
      functionContender(bench, server, 'C program, cold', { functions: [program], only }),
      await crunOfProgram(bench, program),
      functionContender(bench, server, 'server image, cold', { functions: [image], only }),
      await crunOfServer(bench, image),
    ],
  };
}
