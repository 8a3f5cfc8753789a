import { HttpSyntaxError, parseFieldLines } from './response-head.ts';
import type { RawHeaders } from './raw-headers.ts';

const maxSizeLineBytes = 4096;
const empty = Buffer.alloc(0);

export interface ChunkedOutput {
  data(chunk: Buffer): void;
  end(trailers: RawHeaders): void;
}

/** Decodes the chunked transfer coding (RFC 9112 §7.1) as bytes come in; holds at most one unfinished line. */
export class ChunkedDecoder {
  readonly #output: ChunkedOutput;
  readonly #maxTrailerBytes: number;
  #state: 'size' | 'data' | 'data-end' | 'trailers' | 'done' = 'size';
  #rest: Buffer = empty;
  #remaining = 0;

  constructor(output: ChunkedOutput, maxTrailerBytes: number) {
    this.#output = output;
    this.#maxTrailerBytes = maxTrailerBytes;
  }

  /** Throws HttpSyntaxError. Bytes after the end are ignored. */
  push(chunk: Buffer): void {
    let input = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = empty;
    while (input.length > 0 && this.#state !== 'done') {
      const used = this.#step(input);
      if (used === 0) break;
      input = input.subarray(used);
    }
    if (this.#state !== 'done') this.#rest = input;
  }

  #step(input: Buffer): number {
    if (this.#state === 'size') return this.#readSize(input);
    if (this.#state === 'data') return this.#readData(input);
    if (this.#state === 'data-end') return this.#readDataEnd(input);
    return this.#readTrailers(input);
  }

  #readSize(input: Buffer): number {
    const end = input.indexOf('\r\n');
    if (end === -1) {
      if (input.length > maxSizeLineBytes) throw new HttpSyntaxError('a chunk size line is too long');
      return 0;
    }
    const match = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\r\n]*)?$/.exec(input.toString('latin1', 0, end));
    if (!match) throw new HttpSyntaxError('a chunk size is not a hexadecimal number');
    this.#remaining = Number.parseInt(match[1] ?? '', 16);
    this.#state = this.#remaining === 0 ? 'trailers' : 'data';
    return end + 2;
  }

  #readData(input: Buffer): number {
    const piece = input.length > this.#remaining ? input.subarray(0, this.#remaining) : input;
    this.#remaining -= piece.length;
    if (this.#remaining === 0) this.#state = 'data-end';
    this.#output.data(piece);
    return piece.length;
  }

  #readDataEnd(input: Buffer): number {
    if (input.length < 2) return 0;
    if (input[0] !== 13 || input[1] !== 10) throw new HttpSyntaxError('a chunk is longer than its size');
    this.#state = 'size';
    return 2;
  }

  #readTrailers(input: Buffer): number {
    const end = input.indexOf('\r\n\r\n');
    if (input.length >= 2 && input[0] === 13 && input[1] === 10) return this.#finish('', 2);
    if (end !== -1) return this.#finish(input.toString('latin1', 0, end), end + 4);
    if (input.length > this.#maxTrailerBytes) throw new HttpSyntaxError('the trailers are too large');
    return 0;
  }

  #finish(trailers: string, used: number): number {
    this.#state = 'done';
    this.#output.end(parseFieldLines(trailers));
    return used;
  }
}
