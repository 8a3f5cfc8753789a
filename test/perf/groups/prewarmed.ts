import { crunOfServer } from '../baselines/crun-run.ts';
import { warmHttpServer } from '../baselines/warm-servers.ts';
import type { Group } from '../measure/contender.ts';
import { functionContender, startFaasServer } from '../place/faas-server.ts';
import { functionSpec } from '../place/function-spec.ts';
import { unpackImage } from '../place/images.ts';
import type { Workbench } from '../place/workbench.ts';

export async function prewarmedGroup(bench: Workbench): Promise<Group> {
  const image = await unpackImage(bench, 'http-server');
  const spec = functionSpec(image, { name: 'prewarmed', start: 'prewarmed', prewarm: 2 });
  const server = await startFaasServer(bench, 'prewarmed', [spec]);
  return {
    contenders: [
      functionContender(bench, server, 'server image, prewarmed', { functions: [spec] }),
      await warmHttpServer(bench),
      await crunOfServer(bench, spec),
    ],
  };
}
