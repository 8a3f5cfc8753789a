import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import type { Io } from '../io.ts';
import type { LocalFunction } from './local-function.ts';

/** A running function; its output goes where ours goes. */
export class LocalProcess implements AsyncDisposable {
  readonly exited: Promise<number>;
  readonly #child: ChildProcess;
  #over = false;

  constructor(
    { argv: [file, ...args], env, folder }: LocalFunction,
    { stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>,
  ) {
    const child = spawn(file, args, { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk: Buffer) => stdout.write(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.write(chunk));
    this.#child = child;
    this.exited = this.#exit();
  }

  /** True once it takes connections, false if it ended before. */
  async listening(port: number, clock: Clock): Promise<boolean> {
    for (;;) {
      if (this.#over) return false;
      if (await takesConnections(port)) return true;
      await clock.sleep(20);
    }
  }

  async #exit(): Promise<number> {
    try {
      const [code] = (await once(this.#child, 'close')) as [number | null];
      return code ?? 1;
    } catch {
      return 127; // it could not be started
    } finally {
      this.#over = true;
    }
  }

  /** SIGTERM, SIGKILL a second later; resolves when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 1000);
    await this.exited;
    clearTimeout(timer);
  }
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
