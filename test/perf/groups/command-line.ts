import { join } from 'node:path';
import { startEmbeddedApi } from '../../helpers/embedded-api.ts';
import { watchedEdits } from '../baselines/watched-function.ts';
import type { Contender, Group } from '../measure/contender.ts';
import { runSpawn } from '../measure/spawn-measures.ts';
import type { Workbench } from '../place/workbench.ts';

/** Starts of `kubeless` beside a bare start of its Node.js, and what an edit takes with `function run --watch`. */
export async function commandLineGroup(bench: Workbench): Promise<Group> {
  const api = bench.stack.use(await startEmbeddedApi());
  const kubeless = join(bench.root, 'bin/kubeless');
  const start = (name: string, command: readonly string[]): Contender => ({
    name,
    measures: {
      serial: (seconds) => runSpawn(bench.tools, { kind: 'run', command }, { callers: 1, seconds }),
    },
  });
  return {
    contenders: [
      start('node -e 0', [bench.node, '-e', '0']),
      start('kubeless version', [kubeless, 'version']),
      start('kubeless function list', [kubeless, 'function', 'list', '--kubeconfig', api.kubeconfig]),
      await watchedEdits(bench),
    ],
  };
}
