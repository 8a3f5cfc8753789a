import { Writable } from 'node:stream';
import { builtin } from './builtin.ts';

const { writeSync } = builtin('node:fs');

/**
 * Replaces process.stdout and process.stderr by streams that write to the descriptors as they are at that moment: a
 * forked child's are pipes of its own, while Node's streams would remember what the template had.
 */
export function replaceStandardOutput(): void {
  for (const [name, fd] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    const stream = Object.assign(new OutputStream(fd), { fd });
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => stream });
  }
}

class OutputStream extends Writable {
  readonly #fd: number;

  constructor(fd: number) {
    super({ decodeStrings: true });
    this.#fd = fd;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    try {
      writeAll(this.#fd, chunk);
      done();
    } catch (error) {
      // Nobody reads it any more: no reason to end the call.
      done((error as NodeJS.ErrnoException).code === 'EPIPE' ? null : (error as Error));
    }
  }
}

function writeAll(fd: number, chunk: Buffer): void {
  for (let written = 0; written < chunk.length;) {
    try {
      written += writeSync(fd, chunk, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
