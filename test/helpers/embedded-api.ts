import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyCrds } from '../../src/embedded/setup/apply-crds.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { repository, startProgram } from './program.ts';
import { testClient } from './test-client.ts';

export interface EmbeddedApi extends AsyncDisposable {
  kubeconfig: string;
  /** Where the agent would keep the logs of pods. */
  home: string;
  /** Cuts every connection; what is stored stays. */
  stop: () => Promise<void>;
  /** At the same address as before. */
  start: () => Promise<void>;
}

/** An API server of its own in a temporary folder, with our custom resource definitions; `flags` beside its own. */
export async function startEmbeddedApi(flags: readonly string[] = []): Promise<EmbeddedApi> {
  const folder = await mkdtemp(join(tmpdir(), 'kontain-api-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const startOn = (port: unknown) =>
    startProgram('embedded-apiserver', [
      `--data-dir=${join(folder, 'data')}`,
      `--kubeconfig=${kubeconfig}`,
      `--home=${folder}`,
      `--port=${String(port)}`,
      ...flags,
    ]);
  let server = await startOn(0);
  // What embedded-setup does, without a program of its own for each server.
  await using client = await testClient(kubeconfig);
  const crds = join(repository, 'deploy/crds');
  await applyCrds({ client, clock: systemClock, folder: crds, timeoutMs: 20_000 });
  return {
    kubeconfig,
    home: folder,
    async stop() {
      await server[Symbol.asyncDispose]();
    },
    async start() {
      server = await startOn(new URL(String(server.ready['url'])).port);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
