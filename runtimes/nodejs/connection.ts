import { builtin } from './builtin.ts';

const { readSync, writevSync } = builtin('node:fs');

const readSize = 65_536;

/** The peer is gone, or closed its side before what we were waiting for had come. */
export class ConnectionEnded extends Error {}

/**
 * The byte stream of one exchange on a blocking socket. Reading synchronously spares a forked child the event loop's
 * set-up; nothing else is running before the handler is called.
 */
export class Connection {
  readonly fd: number;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Everything up to and including `mark`; null if it does not come within `limit` bytes. */
  readUntil(mark: string, limit: number): Buffer | null {
    let searched = 0;
    for (;;) {
      const at = this.#buffer.indexOf(mark, searched, 'latin1');
      if (at >= 0) return at + mark.length <= limit ? this.#take(at + mark.length) : null;
      if (this.#buffer.length > limit) return null;
      searched = Math.max(0, this.#buffer.length - mark.length + 1);
      const part = this.#read(readSize);
      this.#buffer = this.#buffer.length === 0 ? part : Buffer.concat([this.#buffer, part]);
    }
  }

  readExactly(size: number): Buffer {
    if (this.#buffer.length >= size) return this.#take(size);
    const parts = [this.#buffer];
    let missing = size - this.#buffer.length;
    this.#buffer = Buffer.alloc(0);
    while (missing > 0) {
      const part = this.#read(Math.min(missing, 16 * readSize));
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** Writes all of it; throws EPIPE when nobody is left to read. */
  write(...parts: readonly Buffer[]): void {
    let rest = parts.filter((part) => part.length > 0);
    while (rest.length > 0)
      rest = after(
        rest,
        orEnded(() => writevSync(this.fd, rest)),
      );
  }

  #read(size: number): Buffer {
    const part = Buffer.allocUnsafe(size);
    const length = orEnded(() => readSync(this.fd, part, 0, size, null));
    if (length === 0) throw new ConnectionEnded('The stream ended early');
    return part.subarray(0, length);
  }

  #take(size: number): Buffer {
    const taken = this.#buffer.subarray(0, size);
    this.#buffer = this.#buffer.subarray(size);
    return taken;
  }
}

/** What is left of `parts` after their first `written` bytes. */
function after(parts: readonly Buffer[], written: number): Buffer[] {
  let skip = written;
  return parts.flatMap((part) => {
    const rest = part.subarray(Math.min(skip, part.length));
    skip -= part.length - rest.length;
    return rest.length > 0 ? [rest] : [];
  });
}

function orEnded(transfer: () => number): number {
  try {
    return transfer();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE' || code === 'ECONNRESET')
      throw new ConnectionEnded('The peer is gone', { cause: error });
    throw error;
  }
}
