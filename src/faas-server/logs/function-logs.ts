import type { OutputStream } from '../../kontainer/kontainer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { CallIdentity, OutputLog } from '../calls/call-output.ts';
import { LineSplitter } from './line-splitter.ts';
import { openLogFiles, type LogFile } from './log-files.ts';
import { LogFollowers } from './log-followers.ts';
import type { LogLine } from './log-line.ts';
import { logPath } from './log-paths.ts';
import { appendRotating, removeRotating } from './rotating-file.ts';

export interface FunctionLogsOptions {
  /** The platform's root folder. */
  root: string;
  /** A file of this size is moved aside; two are kept of each function. */
  maxFileBytes: number;
  /** Lines wait so long in memory to be written together. */
  flushMs: number;
  /** What may wait in memory, of all functions; more is dropped. */
  maxPendingBytes: number;
  clock: Clock;
  log: Logger;
}

const maxLineBytes = 16 * 1024;

/** What functions print, as JSON lines in one file per function. Writes are asynchronous and batched. */
export class FunctionLogs implements OutputLog, AsyncDisposable {
  readonly #options: FunctionLogsOptions;
  readonly #splitters = new Map<CallIdentity, Map<OutputStream, LineSplitter>>();
  /** By path: lines to be written. */
  readonly #pending = new Map<string, string[]>();
  readonly #followers = new LogFollowers();
  #pendingBytes = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: FunctionLogsOptions) {
    this.#options = options;
  }

  write(call: CallIdentity, stream: OutputStream, chunk: Buffer): void {
    this.#add(call, stream, this.#splitter(call, stream).push(chunk));
  }

  end(call: CallIdentity): void {
    const splitters = this.#splitters.get(call);
    if (!splitters) return;
    this.#splitters.delete(call);
    for (const [stream, splitter] of splitters) this.#add(call, stream, splitter.end());
  }

  /** A function is gone: so are its logs. */
  remove(namespace: string, name: string): Promise<void> {
    const path = logPath(this.#options.root, namespace, name);
    return this.#enqueue(async () => {
      this.#pending.delete(path);
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

  #add(call: CallIdentity, stream: OutputStream, lines: string[]): void {
    if (lines.length === 0) return;
    const time = new Date(this.#options.clock.now()).toISOString();
    const path = logPath(this.#options.root, call.namespace, call.name);
    const pending = this.#pending.get(path) ?? [];
    for (const text of lines) {
      const line = `${JSON.stringify({ time, requestId: call.requestId, stream, text } satisfies LogLine)}\n`;
      if (this.#pendingBytes + line.length > this.#options.maxPendingBytes) {
        this.#dropped += 1;
        continue;
      }
      pending.push(line);
      this.#pendingBytes += line.length;
    }
    this.#pending.set(path, pending);
    this.#timer ??= setTimeout(() => void this.flush(), this.#options.flushMs);
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
    const { log, maxFileBytes } = this.#options;
    const batch = [...this.#pending];
    this.#pending.clear();
    this.#pendingBytes = 0;
    if (this.#dropped > 0)
      log.warn({ lines: this.#dropped }, 'functions print faster than the disk takes it');
    this.#dropped = 0;
    for (const [path, lines] of batch) {
      if (lines.length === 0) continue;
      await appendRotating(path, lines.join(''), maxFileBytes);
      this.#followers.tell(path, lines);
    }
  }
}
