import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';

export interface RotatingLogOptions {
  path: string;
  /** Default 10 MiB. */
  maxBytes?: number;
  /** Older files that are kept, as `<path>.1` (the newest) and so on. Default 3. */
  keep?: number;
}

/**
 * A log file that programs write to themselves: `fd` becomes their standard output and error, so no line passes through us and none is
 * lost when we die. It is therefore rotated by copy and truncate; a line written between the two is lost.
 */
export class RotatingLog implements Disposable {
  readonly fd: number;
  readonly path: string;
  readonly #maxBytes: number;
  readonly #keep: number;

  constructor({ path, maxBytes = 10 * 1024 * 1024, keep = 3 }: RotatingLogOptions) {
    this.path = path;
    this.#maxBytes = maxBytes;
    this.#keep = keep;
    // Append mode belongs to the open file, so the writers follow when it is truncated.
    this.fd = openSync(path, 'a', 0o640);
  }

  get size(): number {
    return fstatSync(this.fd).size;
  }

  write(text: string): void {
    writeSync(this.fd, text);
  }

  /** What was written behind an offset; of much, the last 4 KiB. */
  textSince(offset: number): string {
    const from = Math.max(offset, this.size - 4096);
    const file = openSync(this.path, 'r');
    const buffer = Buffer.alloc(Math.max(this.size - from, 0));
    const length = readSync(file, buffer, 0, buffer.length, from);
    closeSync(file);
    return buffer.toString('utf8', 0, length);
  }

  /** Call it now and then. */
  rotateIfLarge(): void {
    if (this.size < this.#maxBytes) return;
    for (let number = this.#keep; number > 1; number -= 1) this.#rename(number - 1, number);
    this.#copyTo(`${this.path}.1`);
    ftruncateSync(this.fd);
  }

  /** On a full disk no copy is kept: the programs must be able to write on. */
  #copyTo(path: string): void {
    try {
      copyFileSync(this.path, path);
    } catch {
      rmSync(path, { force: true });
    }
  }

  #rename(from: number, to: number): void {
    rmSync(`${this.path}.${to}`, { force: true });
    try {
      renameSync(`${this.path}.${from}`, `${this.path}.${to}`);
    } catch {
      // ENOENT: not that many yet
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}
