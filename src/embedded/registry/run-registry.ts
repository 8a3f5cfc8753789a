import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { Clock } from '../../lib/clock.ts';
import { replaceFile } from '../../lib/durable-file.ts';
import { PlatformError } from '../../lib/errors.ts';
import { registryConfig } from './registry-config.ts';

export interface RunOptions {
  /** Holds `data/`, `config.yml` and `port`. */
  folder: string;
  /** docker-registry of Debian, or another build of distribution. */
  program: string;
  env: Record<string, string>;
  clock: Pick<Clock, 'sleep'>;
  onReady: (port: number) => void;
}

/** The port stays the same over restarts, as names of images have it inside: only one that another program took changes. */
async function choosePort(file: string): Promise<number> {
  const last = readPort(file);
  const port = last === null ? await freePort(0) : await freePort(last).catch(() => freePort(0));
  if (port !== last) await replaceFile(file, `${port}\n`);
  return port;
}

function readPort(file: string): number | null {
  try {
    const port = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch {
    return null;
  }
}

async function freePort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return address.port;
}

/**
 * Runs an image registry on loopback until the signal aborts; it dies with us. Rejects with `start_failed` when it cannot
 * start, or ends by itself.
 */
export async function runRegistry(options: RunOptions, signal: AbortSignal): Promise<void> {
  const { folder, program, env, clock, onReady } = options;
  await mkdir(join(folder, 'data'), { recursive: true, mode: 0o750 });
  const port = await choosePort(join(folder, 'port'));
  const config = join(folder, 'config.yml');
  await replaceFile(config, registryConfig({ data: join(folder, 'data'), port }));
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, 'serve', config], {
    // Without it this build tries to send traces to a collector on this machine.
    env: { ...env, OTEL_TRACES_EXPORTER: 'none' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exit = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  const gone = new AbortController();
  void exit.catch(() => undefined).then(() => gone.abort());
  signal.addEventListener('abort', () => void child.kill('SIGTERM'), { once: true });
  if (await listens(port, clock, gone.signal)) onReady(port);
  const [code, by] = await exit;
  if (signal.aborted) return;
  throw new PlatformError('start_failed', `${program} ended with ${by ?? `exit code ${code ?? ''}`}.`, {
    hint: 'It is docker-registry of Debian; see its output above.',
  });
}

/** False when it has ended before. */
async function listens(port: number, clock: Pick<Clock, 'sleep'>, gone: AbortSignal): Promise<boolean> {
  while (!gone.aborted) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      await clock.sleep(20, gone).catch(() => undefined);
    } finally {
      socket.destroy();
    }
  }
  return false;
}
