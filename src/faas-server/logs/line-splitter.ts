const newline = 10;

/** Cuts a stream of bytes into lines of text; a line longer than `maxBytes` becomes several. */
export class LineSplitter {
  readonly #maxBytes: number;
  #rest: Buffer = Buffer.alloc(0);
  #restBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that are complete with this chunk, without their ends. Who takes not all of them drops the rest. */
  *push(chunk: Buffer): Generator<string> {
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(newline, start);
      const room = this.#maxBytes - this.#restBytes;
      if (end !== -1 && end - start <= room) {
        yield this.#take(chunk.subarray(start, end));
        start = end + 1;
      } else if (chunk.length - start > room) {
        yield this.#take(chunk.subarray(start, start + room));
        start += room;
      } else {
        this.#keep(chunk.subarray(start));
        start = chunk.length;
      }
    }
  }

  /** What came after the last line end. */
  end(): string[] {
    return this.#restBytes === 0 ? [] : [this.#take(Buffer.alloc(0))];
  }

  /** A copy, as the chunk may be part of a larger buffer that would stay in memory; one buffer, as pieces may be of one byte. */
  #keep(bytes: Buffer): void {
    const size = this.#restBytes + bytes.length;
    if (size > this.#rest.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#maxBytes, size * 2));
      this.#rest.copy(larger, 0, 0, this.#restBytes);
      this.#rest = larger;
    }
    bytes.copy(this.#rest, this.#restBytes);
    this.#restBytes = size;
  }

  #take(bytes: Buffer): string {
    if (this.#restBytes === 0) return bytes.toString('utf8');
    const line = Buffer.concat([this.#rest.subarray(0, this.#restBytes), bytes]);
    this.#rest = Buffer.alloc(0);
    this.#restBytes = 0;
    return line.toString('utf8');
  }
}
