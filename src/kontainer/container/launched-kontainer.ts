import type { Duplex } from 'node:stream';
import { PlatformError } from '../../lib/errors.ts';
import { connectKontainer } from '../connection.ts';
import type { Exit, Kontainer, KillReason, OutputSink, OutputStream, StartKind } from '../kontainer.ts';
import type { ExitEvent, LauncherEvent } from '../launcher/event-parser.ts';
import type { Launcher } from '../launcher/launcher.ts';
import { errnoText } from './error-text.ts';

/** What a Kontainer prints before it has a call is kept up to this size. */
const earlyOutputBytes = 64 * 1024;
const sigkill = 9;

export interface LaunchedKontainerOptions {
  id: number;
  launcher: Launcher;
  run: string;
  /** Why it did not become ready, in words for the function's author; asked when it ended without a reason of its own. */
  whyNotReady: () => string;
}

/** A Kontainer that the launcher has been asked for. It may not be ready, and may never be. */
export class LaunchedKontainer implements Kontainer {
  readonly id: string;
  readonly socketPath: string;
  readonly exited: Promise<Exit>;
  /** Rejects with `start_failed` or `out_of_memory`. */
  readonly ready: Promise<void>;
  start: StartKind = 'cold';
  callEnv: Readonly<Record<string, string>> | undefined;
  readonly #id: number;
  readonly #launcher: Launcher;
  readonly #whyNotReady: () => string;
  readonly #ready = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<Exit>();
  #wasReady = false;
  #killed: KillReason | null = null;
  #failure: string | null = null;
  #sink: OutputSink | null = null;
  #early: [OutputStream, Buffer][] = [];
  #earlyBytes = 0;

  constructor({ id, launcher, run, whyNotReady }: LaunchedKontainerOptions) {
    this.#id = id;
    this.id = String(id);
    this.socketPath = `${run}/k/${id}`;
    this.#launcher = launcher;
    this.#whyNotReady = whyNotReady;
    this.ready = this.#ready.promise;
    this.ready.catch(() => undefined);
    this.exited = this.#exited.promise;
    launcher.subscribe(id, (event) => this.#handle(event));
  }

  set output(sink: OutputSink) {
    this.#sink = sink;
    for (const [stream, chunk] of this.#early) sink(stream, chunk);
    this.#early = [];
  }

  /** The end of what it printed so far, as text. */
  get printed(): string {
    return Buffer.concat(this.#early.map(([, chunk]) => chunk)).toString('utf8');
  }

  connect(): Duplex {
    const { socketPath, callEnv } = this;
    return connectKontainer(callEnv === undefined ? { socketPath } : { socketPath, callEnv });
  }

  kill(reason: KillReason): void {
    if (this.#killed !== null) return;
    this.#killed = reason;
    this.#launcher.send('kill', this.#id);
  }

  /** It has not become ready in time. */
  giveUp(reason: string): void {
    this.#failure ??= reason;
    this.kill('timeout');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('done');
    await this.exited;
  }

  #handle(event: LauncherEvent): void {
    if (event.type === 'ready') this.#becomeReady();
    else if (event.type === 'out') this.#print(event.stream, event.chunk);
    else if (event.type === 'failed') this.#failure = `${event.step}: ${errnoText(event.errno)}`;
    else if (event.type === 'exit') this.#end(event);
  }

  #becomeReady(): void {
    this.#wasReady = true;
    this.#ready.resolve();
  }

  #print(stream: OutputStream, chunk: Buffer): void {
    if (this.#sink !== null) return this.#sink(stream, chunk);
    if (this.#earlyBytes >= earlyOutputBytes) return;
    this.#earlyBytes += chunk.length;
    this.#early.push([stream, chunk]);
  }

  #end(event: ExitEvent): void {
    this.#launcher.unsubscribe(this.#id);
    const { code, signal, cpuMicros, memoryPeakBytes } = event;
    /* the cgroup counts every hit of its limit; it ended the call only if something was killed */
    const mayBeOurs = this.#killed !== null && this.#killed !== 'closed';
    const outOfMemory = event.outOfMemory && (signal === sigkill || code === 128 + sigkill) && !mayBeOurs;
    if (!this.#wasReady) this.#ready.reject(this.#startError(outOfMemory));
    this.#exited.resolve({ code, signal, outOfMemory, killed: this.#killed, cpuMicros, memoryPeakBytes });
  }

  #startError(outOfMemory: boolean): PlatformError {
    if (outOfMemory)
      return new PlatformError('out_of_memory', 'The function ran out of memory while it started.');
    const reason = this.#failure ?? this.#whyNotReady();
    return new PlatformError('start_failed', `The function did not start: ${reason}`);
  }
}
