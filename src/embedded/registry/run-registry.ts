import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { replaceFile } from '../../lib/durable-file.ts';
import { errorMessage, PlatformError } from '../../lib/errors.ts';
import { takesConnections } from '../../lib/takes-connections.ts';
import { tiedCommand } from '../../lib/tied-process.ts';
import { registryConfig } from './registry-config.ts';
import { makeLogin } from './registry-login.ts';
import { sweepUploads } from './sweep-uploads.ts';

export interface RunOptions {
  /** Holds `data/`, `config.yml` and `htpasswd`. */
  folder: string;
  /** On loopback. */
  port: number;
  /** Where its login is kept for the platform's own programs. */
  authFile: string;
  /** docker-registry of Debian, or another build of distribution. */
  program: string;
  env: Record<string, string>;
  clock: Pick<Clock, 'now' | 'sleep'>;
  /** An upload to which nothing was written for so long is over. */
  uploadIdleMs: number;
  /** Told what did not work, and need not for the registry to be of use. */
  onWarning: (message: string) => void;
  onReady: (port: number) => void;
}

/**
 * Runs an image registry on loopback until the signal aborts; it dies with us. Rejects with `start_failed` when it cannot
 * start, or ends by itself.
 */
export async function runRegistry(options: RunOptions, signal: AbortSignal): Promise<void> {
  const { folder, port, authFile, program, env, clock, onReady } = options;
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true, mode: 0o750 });
  const [config, htpasswd] = [join(folder, 'config.yml'), join(folder, 'htpasswd')];
  await makeLogin({ authFile, htpasswd, registry: `127.0.0.1:${port}` });
  await replaceFile(config, registryConfig({ data, port, htpasswd }));
  const [tied, ...args] = tiedCommand('KILL', [program, 'serve', config], process.pid);
  const child = spawn(tied, args, {
    // Without the first this build tries to send traces to a collector on this machine. Its heap is a few megabytes, and the
    // collector of Go would look through them with every deploy: some megabytes more, a tenth of its processor time less.
    env: { ...env, OTEL_TRACES_EXPORTER: 'none', GOGC: '400', GOMEMLIMIT: '32MiB' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exit = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  const gone = new AbortController();
  void exit.catch(() => undefined).then(() => gone.abort());
  signal.addEventListener('abort', () => void child.kill('SIGTERM'), { once: true });
  const sweeping = sweep(options, data, AbortSignal.any([signal, gone.signal]));
  if (await listens(port, clock, gone.signal)) onReady(port);
  const [code, by] = await exit;
  await sweeping;
  if (signal.aborted) return;
  throw new PlatformError('start_failed', `${program} ended with ${by ?? `exit code ${code ?? ''}`}.`, {
    hint: 'It is docker-registry of Debian; see its output above.',
  });
}

/** What was under way before this start is over: nobody goes on with it. */
async function sweep(
  { clock, uploadIdleMs, onWarning }: Pick<RunOptions, 'clock' | 'uploadIdleMs' | 'onWarning'>,
  data: string,
  signal: AbortSignal,
): Promise<void> {
  let before = clock.now();
  while (!signal.aborted) {
    await sweepUploads(data, before).catch((error: unknown) => {
      onWarning(`uploads that were cut are not removed: ${errorMessage(error)}`);
    });
    await clock.sleep(uploadIdleMs, signal).catch(() => undefined);
    before = clock.now() - uploadIdleMs;
  }
}

/** False when it has ended before. */
async function listens(port: number, clock: Pick<Clock, 'sleep'>, gone: AbortSignal): Promise<boolean> {
  while (!gone.aborted) {
    if (await takesConnections(port)) return true;
    await clock.sleep(20, gone).catch(() => undefined);
  }
  return false;
}
