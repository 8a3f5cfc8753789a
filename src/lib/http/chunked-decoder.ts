import { GatheredRanges } from './gathered-ranges.ts';
import { HeadReader } from './head-reader.ts';
import { HttpSyntaxError, parseFieldLines } from './response-head.ts';
import type { RawHeaders } from './raw-headers.ts';

const maxSizeLineBytes = 4096;
const maxSizeDigits = 12;
const cr = 0x0d;
const lf = 0x0a;
const semicolon = 0x3b;
const newline = Buffer.from('\r\n');

export interface ChunkedOutput {
  /** What one piece of input brought, however many chunks it was cut into. */
  data(bytes: Buffer): void;
  end(trailers: RawHeaders): void;
}

/** What comes next; `padding` is the space behind a size, `size-end` and `data-end` the LF behind their CR. */
type State =
  | 'size'
  | 'padding'
  | 'extension'
  | 'size-end'
  | 'data'
  | 'data-over'
  | 'data-end'
  | 'trailers'
  | 'done';

/**
 * Decodes the chunked transfer coding (RFC 9112 §7.1) as bytes come in. It looks at each byte once and makes no object per
 * chunk: chunks of one byte must not cost more than large ones.
 */
export class ChunkedDecoder {
  readonly #output: ChunkedOutput;
  readonly #trailers: HeadReader;
  #state: State = 'size';
  /** Of the chunk: as read so far, then as left. */
  #size = 0;
  #digits = 0;
  #lineBytes = 0;

  constructor(output: ChunkedOutput, maxTrailerBytes: number) {
    this.#output = output;
    this.#trailers = new HeadReader(maxTrailerBytes, 'trailers');
  }

  /** Throws HttpSyntaxError. Bytes after the end are ignored. */
  push(input: Buffer): void {
    const decoded = new GatheredRanges(input);
    let at = 0;
    try {
      at = this.#decode(input, decoded);
    } finally {
      // What came before a mistake is passed on, too: it does not depend on how the bytes were cut.
      if (decoded.length > 0) this.#output.data(decoded.bytes);
    }
    if (this.#state === 'trailers' && at < input.length) this.#readTrailers(input.subarray(at));
  }

  /** Up to the trailers. Returns the index of the first byte that was not read. */
  #decode(input: Buffer, decoded: GatheredRanges): number {
    let at = 0;
    while (at < input.length && this.#state !== 'trailers' && this.#state !== 'done') {
      if (this.#state === 'data') at = this.#readData(at, input.length, decoded);
      else this.#step(input[at++] ?? 0);
    }
    return at;
  }

  #readData(start: number, inputEnd: number, decoded: GatheredRanges): number {
    const end = Math.min(inputEnd, start + this.#size);
    decoded.add(start, end);
    this.#size -= end - start;
    if (this.#size === 0) this.#state = 'data-over';
    return end;
  }

  #step(byte: number): void {
    if (this.#state === 'data-over') this.#expect(byte, cr, 'data-end');
    else if (this.#state === 'data-end') this.#expect(byte, lf, 'size');
    else this.#readSizeLine(byte);
  }

  #expect(byte: number, expected: number, next: State): void {
    if (byte !== expected) throw new HttpSyntaxError('a chunk is longer than its size');
    this.#state = next;
    this.#digits = 0;
    this.#lineBytes = 0;
  }

  #readSizeLine(byte: number): void {
    this.#lineBytes += 1;
    if (this.#lineBytes > maxSizeLineBytes) throw new HttpSyntaxError('a chunk size line is too long');
    const digit = this.#state === 'size' ? hexDigit(byte) : -1;
    if (digit >= 0) this.#addDigit(digit);
    else if (this.#state === 'size-end') this.#endSizeLine(byte);
    else this.#state = this.#behindSize(byte);
  }

  #addDigit(digit: number): void {
    this.#size = this.#digits === 0 ? digit : this.#size * 16 + digit;
    this.#digits += 1;
    if (this.#digits > maxSizeDigits) throw notHexadecimal();
  }

  #behindSize(byte: number): State {
    if (this.#digits === 0) throw notHexadecimal();
    if (byte === cr) return 'size-end';
    if (this.#state === 'extension' && byte !== lf) return 'extension';
    if (byte === semicolon) return 'extension';
    if (byte === 0x20 || byte === 0x09) return 'padding';
    throw notHexadecimal();
  }

  #endSizeLine(byte: number): void {
    if (byte !== lf) throw notHexadecimal();
    this.#state = this.#size === 0 ? 'trailers' : 'data';
    // So that the end of no trailers looks like the end of some.
    if (this.#size === 0) this.#trailers.push(newline);
  }

  #readTrailers(input: Buffer): void {
    const found = this.#trailers.push(input);
    if (!found) return;
    this.#state = 'done';
    this.#output.end(parseFieldLines(found.text.slice(newline.length)));
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function notHexadecimal(): HttpSyntaxError {
  return new HttpSyntaxError('a chunk size is not a hexadecimal number');
}
