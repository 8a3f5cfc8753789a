import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { loadKubeconfig } from '../../src/kube/kubeconfig.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { kubeless, type CliOptions, type CliRun } from './cli.ts';
import { startEmbeddedApi } from './embedded-api.ts';

export interface CliApi extends AsyncDisposable {
  kubeconfig: string;
  client: KubeClient;
  /** Where the agent would keep the logs of pods. */
  home: string;
  /** A folder of its own, where the command line runs. */
  cwd: string;
  /** See EmbeddedApi. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
  run: (argv: readonly string[], options?: CliOptions) => Promise<CliRun>;
}

/** An API server, with `flags` beside its own, and a command line that speaks to it. */
export async function startCliApi(flags: readonly string[] = []): Promise<CliApi> {
  const api = await startEmbeddedApi(flags);
  const connection = await loadKubeconfig(api.kubeconfig);
  const client = createKubeClient({ connection, clock: systemClock, random: Math.random, userAgent: 'test' });
  const cwd = await mkdtemp(join(tmpdir(), 'kubeless-cli-'));
  return {
    kubeconfig: api.kubeconfig,
    client,
    home: api.home,
    cwd,
    stop: api.stop,
    start: api.start,
    run: (argv, options = {}) => kubeless(argv, { kubeconfig: api.kubeconfig, cwd, ...options }),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

/** Lines of a table, its columns separated by a bar. */
export function tableLines(stdout: string): string[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(/ *\t */g, '|'));
}
