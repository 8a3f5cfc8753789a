import { write } from 'node:fs';

export interface BufferedLinesOptions {
  fd: number;
  /** Lines wait so long to be written together. */
  flushMs: number;
  /** What may wait; more is dropped and counted. */
  maxPendingBytes: number;
}

const retryMs = 20;

/** Lines for a file descriptor, written together and without ever blocking the event loop. */
export class BufferedLines {
  readonly #options: BufferedLinesOptions;
  #pending: string[] = [];
  #pendingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #dropped = 0;

  constructor(options: BufferedLinesOptions) {
    this.#options = options;
  }

  /** Lines that found no room. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#pendingBytes + line.length > this.#options.maxPendingBytes) {
      this.#dropped += 1;
      return;
    }
    this.#pending.push(line);
    this.#pendingBytes += line.length;
    this.#timer ??= setTimeout(() => void this.flush(), this.#options.flushMs);
  }

  /** Resolves when all lines until now are written. Never rejects: a broken pipe has nobody to tell. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#writePending()).catch(() => undefined);
    return this.#writing;
  }

  async #writePending(): Promise<void> {
    let bytes = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    this.#pendingBytes = 0;
    while (bytes.length > 0) bytes = bytes.subarray(await this.#writeSome(bytes));
  }

  #writeSome(bytes: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.#options.fd, bytes, (error, written) => {
        if (!error) resolve(written);
        else if (error.code === 'EAGAIN') setTimeout(() => resolve(0), retryMs);
        else reject(error);
      });
    });
  }
}
