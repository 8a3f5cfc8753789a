import type { OutputStream } from '../../kontainer/kontainer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { CallIdentity, OutputLog } from '../calls/call-output.ts';
import { LineSplitter } from './line-splitter.ts';
import { openLogFiles, type LogFile } from './log-files.ts';
import { LogFollowers } from './log-followers.ts';
import { lineMaker } from './log-line.ts';
import { logPath } from './log-paths.ts';
import { PendingLines } from './pending-lines.ts';
import { appendRotating, removeRotating } from './rotating-file.ts';

export interface FunctionLogsOptions {
  /** The platform's root folder. */
  root: string;
  /** A file of this size is moved aside; two are kept of each function. */
  maxFileBytes: number;
  /** Lines wait so long in memory to be written together. */
  flushMs: number;
  /** What may wait in memory, of all functions, a quarter of it of one; more is dropped. */
  maxPendingBytes: number;
  clock: Clock;
  log: Logger;
}

const maxLineBytes = 16 * 1024;

/** What functions print, as JSON lines in one file per function. Writes are asynchronous and batched. */
export class FunctionLogs implements OutputLog, AsyncDisposable {
  readonly #options: FunctionLogsOptions;
  readonly #splitters = new Map<CallIdentity, Map<OutputStream, LineSplitter>>();
  readonly #pending: PendingLines;
  readonly #followers = new LogFollowers();
  #droppedBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: FunctionLogsOptions) {
    this.#options = options;
    const { maxPendingBytes: total, maxFileBytes } = options;
    // What is written together fits into one file.
    this.#pending = new PendingLines({ total, share: Math.min(maxFileBytes, total / 4) });
  }

  write(call: CallIdentity, stream: OutputStream, chunk: Buffer): void {
    if (this.#add(call, stream, this.#splitter(call, stream).push(chunk))) return;
    this.#droppedBytes += chunk.length;
    this.#splitters.get(call)?.delete(stream);
  }

  end(call: CallIdentity): void {
    const splitters = this.#splitters.get(call);
    if (!splitters) return;
    this.#splitters.delete(call);
    for (const [stream, splitter] of splitters) this.#add(call, stream, splitter.end());
  }

  /** A function is gone: so are its logs, and what calls in flight have printed of a line. */
  remove(namespace: string, name: string): Promise<void> {
    const path = logPath(this.#options.root, namespace, name);
    for (const call of this.#splitters.keys())
      if (call.namespace === namespace && call.name === name) this.#splitters.delete(call);
    return this.#enqueue(async () => {
      this.#pending.remove(path);
      await removeRotating(path);
    });
  }

  /** Resolves when everything printed until now is on disk. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#enqueue(() => this.#writeAll());
  }

  /**
   * The function's files with all that was printed until now. The listener gets every line that is written from then on,
   * none twice and none left out, until `stop`.
   */
  async open(
    { namespace, name }: { namespace: string; name: string },
    listener?: (lines: readonly string[]) => void,
  ): Promise<{ files: LogFile[]; stop: () => void }> {
    const path = logPath(this.#options.root, namespace, name);
    let files: LogFile[] = [];
    let stop = (): void => undefined;
    await this.#enqueue(async () => {
      await this.#writeAll();
      files = await openLogFiles(path);
      if (listener !== undefined) stop = this.#followers.add(path, listener);
    });
    return { files, stop };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const call of this.#splitters.keys()) this.end(call);
    await this.flush();
  }

  #splitter(call: CallIdentity, stream: OutputStream): LineSplitter {
    let splitters = this.#splitters.get(call);
    if (!splitters) this.#splitters.set(call, (splitters = new Map()));
    let splitter = splitters.get(stream);
    if (!splitter) splitters.set(stream, (splitter = new LineSplitter(maxLineBytes)));
    return splitter;
  }

  /** False when not all of them found room. Lines are made one by one: what is dropped shall cost nothing. */
  #add(call: CallIdentity, stream: OutputStream, lines: Iterable<string>): boolean {
    const { root, clock, flushMs } = this.#options;
    const path = logPath(root, call.namespace, call.name);
    const make = lineMaker(clock.now(), call.requestId, stream);
    for (const text of lines) {
      if (!this.#pending.add(path, make(text))) return false;
      this.#timer ??= setTimeout(() => void this.flush(), flushMs);
    }
    return true;
  }

  /** One after the other, so that rotation never meets an append. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    const { log } = this.#options;
    this.#writing = this.#writing
      .then(work)
      .catch((err: unknown) => log.error({ err }, 'function logs not written'));
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    const batches = this.#pending.take();
    if (this.#droppedBytes > 0)
      this.#options.log.warn({ bytes: this.#droppedBytes }, 'functions print faster than the disk takes it');
    this.#droppedBytes = 0;
    for (const [path, lines] of batches) await this.#append(path, lines);
  }

  /** One log that cannot be written is no reason not to write the others. */
  async #append(path: string, lines: string[]): Promise<void> {
    const { log, maxFileBytes } = this.#options;
    try {
      await appendRotating(path, lines.join(''), maxFileBytes);
      this.#followers.tell(path, lines);
    } catch (err) {
      log.error({ err }, 'function logs not written');
    }
  }
}
