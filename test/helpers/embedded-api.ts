import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository, startProgram } from './program.ts';

export interface EmbeddedApi extends AsyncDisposable {
  kubeconfig: string;
  /** Where the agent would keep the logs of pods. */
  home: string;
}

/** An API server of its own in a temporary folder, with our custom resource definitions; `flags` beside its own. */
export async function startEmbeddedApi(flags: readonly string[] = []): Promise<EmbeddedApi> {
  const folder = await mkdtemp(join(tmpdir(), 'kontain-api-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const server = await startProgram('embedded-apiserver', [
    `--data-dir=${join(folder, 'data')}`,
    `--kubeconfig=${kubeconfig}`,
    `--home=${folder}`,
    '--port=0',
    ...flags,
  ]);
  const setup = join(repository, 'src/main/embedded-setup.ts');
  const crds = join(repository, 'deploy/crds');
  await promisify(execFile)(process.execPath, [setup, '--kubeconfig', kubeconfig, '--crds', crds]);
  return {
    kubeconfig,
    home: folder,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
