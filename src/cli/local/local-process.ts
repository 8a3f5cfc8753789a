import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../../lib/clock.ts';
import { takesConnections } from '../../lib/takes-connections.ts';
import type { Io } from '../io.ts';
import type { LocalFunction } from './local-function.ts';
import { listensOn } from './port-owner.ts';

export interface LocalProcessOptions {
  /** Ends what it has started too; a terminal's signals do not reach them then. */
  withChildren?: boolean;
}

/** A running function, or what compiles it; its output goes where ours goes. */
export class LocalProcess implements AsyncDisposable {
  readonly exited: Promise<number>;
  readonly #child: ChildProcess;
  readonly #withChildren: boolean;
  #over = false;

  constructor(
    { argv: [file, ...args], env, folder }: Pick<LocalFunction, 'argv' | 'env' | 'folder'>,
    { stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>,
    { withChildren = false }: LocalProcessOptions = {},
  ) {
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
    const child = spawn(file, args, { env, cwd: folder, detached: withChildren, stdio });
    child.stdout?.on('data', (chunk: Buffer) => stdout.write(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.write(chunk));
    this.#child = child;
    this.#withChildren = withChildren;
    this.exited = this.#exit();
  }

  /** True once it takes connections, and not another program at its port; false if it ended before. */
  async listening(port: number, clock: Clock): Promise<boolean> {
    for (;;) {
      if (this.#over) return false;
      if (await this.#answers(port)) return true;
      await clock.sleep(20);
    }
  }

  async #answers(port: number): Promise<boolean> {
    if (!(await takesConnections(port))) return false;
    return (await listensOn(port, this.#child.pid ?? 0)) !== false;
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
    this.#kill('SIGTERM');
    const timer = setTimeout(() => this.#kill('SIGKILL'), 1000);
    await this.exited;
    clearTimeout(timer);
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (this.#over || pid === undefined) return;
    if (this.#withChildren) process.kill(-pid, signal);
    else this.#child.kill(signal);
  }
}
