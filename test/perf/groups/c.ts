import { cloneLoop, templateForks } from '../baselines/fork-loops.ts';
import { nodeHttp } from '../baselines/warm-servers.ts';
import type { Group } from '../measure/contender.ts';
import { functionContender, startFaasServer } from '../place/faas-server.ts';
import { functionSpec } from '../place/function-spec.ts';
import { unpackImage } from '../place/images.ts';
import type { Workbench } from '../place/workbench.ts';

export async function cGroup(bench: Workbench): Promise<Group> {
  const spec = functionSpec(await unpackImage(bench, 'hello-c'), { name: 'c', start: 'template' });
  const server = await startFaasServer(bench, 'c', [spec]);
  return {
    contenders: [
      functionContender(bench, server, 'C, static, CGI', { functions: [spec] }),
      await nodeHttp(bench),
      await cloneLoop(bench, spec, false),
      await cloneLoop(bench, spec, true),
      await templateForks(bench, spec),
    ],
  };
}
