const newline = 10;

/** Cuts a stream of bytes into lines of text; a line longer than `maxBytes` becomes several. */
export class LineSplitter {
  readonly #maxBytes: number;
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that are complete with this chunk, without their ends. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(newline, start);
      const room = this.#maxBytes - this.#restBytes;
      if (end !== -1 && end - start <= room) {
        lines.push(this.#take(chunk.subarray(start, end)));
        start = end + 1;
      } else if (chunk.length - start > room) {
        lines.push(this.#take(chunk.subarray(start, start + room)));
        start += room;
      } else {
        this.#keep(chunk.subarray(start));
        start = chunk.length;
      }
    }
    return lines;
  }

  /** What came after the last line end. */
  end(): string[] {
    return this.#restBytes === 0 ? [] : [this.#take(Buffer.alloc(0))];
  }

  #keep(bytes: Buffer): void {
    // A copy: the chunk may be part of a larger buffer that would stay in memory.
    this.#rest.push(Buffer.from(bytes));
    this.#restBytes += bytes.length;
  }

  #take(bytes: Buffer): string {
    const line = this.#rest.length === 0 ? bytes : Buffer.concat([...this.#rest, bytes]);
    this.#rest = [];
    this.#restBytes = 0;
    return line.toString('utf8');
  }
}
