import { pythonForkLoop, templateForks } from '../baselines/fork-loops.ts';
import { pythonPerCall } from '../baselines/process-per-call.ts';
import { waitress } from '../baselines/warm-servers.ts';
import type { Group } from '../measure/contender.ts';
import { functionContender, startFaasServer } from '../place/faas-server.ts';
import { functionSpec } from '../place/function-spec.ts';
import { unpackImage } from '../place/images.ts';
import type { Workbench } from '../place/workbench.ts';

export async function pythonGroup(bench: Workbench): Promise<Group> {
  const spec = functionSpec(await unpackImage(bench, 'hello-python'), { name: 'python', start: 'template' });
  const server = await startFaasServer(bench, 'python', [spec]);
  return {
    contenders: [
      functionContender(bench, server, 'python, template', { functions: [spec] }),
      await waitress(bench, 'plain'),
      await waitress(bench, 'bottle'),
      await pythonForkLoop(bench, spec),
      await templateForks(bench, spec),
      pythonPerCall(bench),
    ],
  };
}
