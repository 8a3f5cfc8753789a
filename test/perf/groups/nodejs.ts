import { templateForks } from '../baselines/fork-loops.ts';
import { nodePerCall } from '../baselines/process-per-call.ts';
import { nodeHttp } from '../baselines/warm-servers.ts';
import type { Group } from '../measure/contender.ts';
import { functionContender, startFaasServer } from '../place/faas-server.ts';
import { functionSpec } from '../place/function-spec.ts';
import { unpackImage } from '../place/images.ts';
import type { Workbench } from '../place/workbench.ts';

export async function nodejsGroup(bench: Workbench): Promise<Group> {
  const spec = functionSpec(await unpackImage(bench, 'hello-nodejs'), { name: 'nodejs', start: 'template' });
  const server = await startFaasServer(bench, 'nodejs', [spec]);
  return {
    contenders: [
      functionContender(bench, server, 'nodejs, template', { functions: [spec] }),
      await nodeHttp(bench),
      await templateForks(bench, spec),
      nodePerCall(bench),
    ],
  };
}
