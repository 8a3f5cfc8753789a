import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { PlatformError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { EventParser, type LauncherEvent } from './event-parser.ts';

export interface LauncherOptions {
  /** The program build/native/kontainer-launcher. */
  program: string;
  /** Folder for sockets, bundles and mount points; at most 80 characters, since sockets lie below it. */
  run: string;
  /** Folder of unpacked layers. */
  layers: string;
  /** An OCI runtime with the command line of runc. */
  runtime: string;
  /** Below each cgroup hierarchy's root, such as `/kontain-faas/4f2a`. */
  cgroup: string;
  /** Compiled seccomp filter of forked Kontainers. */
  seccomp: string;
  logger: Logger;
}

/** Receives the events of one id. */
export type EventHandler = (event: LauncherEvent) => void;

/**
 * One life of the launcher process. Its end, whatever the cause, ends every Kontainer: `ended` tells, and whoever uses
 * it starts another.
 */
export class Launcher implements AsyncDisposable {
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;
  readonly #commands: Writable;
  readonly #handlers = new Map<number, EventHandler>();
  #alive = true;
  /* commands of one turn of the event loop are one write: a write costs more than all else about a command */
  #unsent = '';

  private constructor(process: ChildProcess, commands: Writable) {
    this.#process = process;
    this.#commands = commands;
    commands.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      process.once('error', (error) => resolve(error.message));
      process.once('close', (code, signal) =>
        resolve(`exit code ${code ?? 'none'}, signal ${signal ?? 'none'}`),
      );
    }).then((reason) => this.#end(String(reason)));
  }

  /** Rejects with `not_ready` when the launcher cannot run here; its own words say why. */
  static async start(options: LauncherOptions): Promise<Launcher> {
    const { program, run, layers, runtime, cgroup, seccomp, logger } = options;
    const args = [
      '--run',
      run,
      '--layers',
      layers,
      '--runtime',
      runtime,
      '--cgroup',
      cgroup,
      '--seccomp',
      seccomp,
    ];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const launcher = new Launcher(child, child.stdin);
    const words = collectWords(child.stderr, logger);
    const started = launcher.#listen(child.stdout, logger);
    const early = launcher.ended.then((reason) => {
      const text = words().trim() || reason;
      throw new PlatformError('not_ready', `The Kontainer launcher did not start: ${text}`);
    });
    await Promise.race([started, early]);
    early.catch(() => undefined);
    return launcher;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Fields must hold no tab and no line feed. Silently nothing when the launcher is gone: `ended` says so. */
  send(...fields: readonly (string | number)[]): void {
    if (!this.#alive) return;
    if (this.#unsent === '') setImmediate(() => this.#flush());
    this.#unsent += `${fields.join('\t')}\n`;
  }

  /** Of a launcher that has ended, everything has ended: the handler is told so in the next turn. */
  subscribe(id: number, handler: EventHandler): void {
    if (this.#alive) this.#handlers.set(id, handler);
    else queueMicrotask(() => tellEnd(id, handler));
  }

  unsubscribe(id: number): void {
    this.#handlers.delete(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#flush();
    this.#commands.end();
    await this.ended;
  }

  #flush(): void {
    if (this.#alive) this.#commands.write(this.#unsent);
    this.#unsent = '';
  }

  #listen(stdout: Readable, logger: Logger): Promise<void> {
    const parser = new EventParser();
    return new Promise((resolve) => {
      stdout.on('data', (piece: Buffer) => {
        for (const event of parser.push(piece)) {
          if (event.type === 'started') resolve();
          else this.#dispatch(event, logger);
        }
      });
    });
  }

  #dispatch(event: Exclude<LauncherEvent, { type: 'started' }>, logger: Logger): void {
    const handler = this.#handlers.get(event.id);
    if (handler !== undefined) handler(event);
    else if (event.type === 'failed')
      logger.warn({ event }, 'launcher reports a failure of something forgotten');
  }

  #end(reason: string): string {
    this.#alive = false;
    for (const [id, handler] of this.#handlers) tellEnd(id, handler);
    this.#handlers.clear();
    return reason;
  }
}

const sigkill = 9;

/** Whatever the id stands for, template or Kontainer: the kernel has killed it together with the launcher. */
function tellEnd(id: number, handler: EventHandler): void {
  const end = { id, outOfMemory: false };
  handler({ ...end, type: 'gone', status: sigkill });
  handler({ ...end, type: 'exit', code: null, signal: sigkill, cpuMicros: 0, memoryPeakBytes: 0 });
}

/** Keeps the first words for an error message, and logs all. */
function collectWords(stderr: Readable, logger: Logger): () => string {
  let words = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    if (words.length < 4096) words += text;
    logger.warn({ text: text.trimEnd() }, 'launcher says');
  });
  return () => words;
}
