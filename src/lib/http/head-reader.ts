import { GrowingBuffer } from '../growing-buffer.ts';
import { HttpSyntaxError } from './response-head.ts';

const headEnd = Buffer.from('\r\n\r\n');

export interface Head {
  /** Without the empty line that ends it, as latin1. */
  text: string;
  /** What came behind it. */
  rest: Buffer;
}

/** Collects bytes up to the empty line that ends a header block (RFC 9112 §2.1). Looks at each byte once, however they are cut. */
export class HeadReader {
  readonly #maxBytes: number;
  readonly #what: string;
  #bytes = new GrowingBuffer();

  /** @param what names the block in the error when it is larger than `maxBytes` */
  constructor(maxBytes: number, what: string) {
    this.#maxBytes = maxBytes;
    this.#what = what;
  }

  /** Undefined while the end has not come. Throws HttpSyntaxError. */
  push(piece: Buffer): Head | undefined {
    const before = this.#bytes.length;
    const whole = before === 0 && piece.includes(headEnd);
    if (!whole) this.#bytes.append(piece);
    const bytes = whole ? piece : this.#bytes.bytes;
    const end = bytes.indexOf(headEnd, Math.max(0, before - headEnd.length));
    if ((end === -1 ? bytes.length : end) > this.#maxBytes) {
      throw new HttpSyntaxError(`the ${this.#what} are larger than ${this.#maxBytes} bytes`);
    }
    if (end === -1) return undefined;
    this.#bytes = new GrowingBuffer();
    return { text: bytes.toString('latin1', 0, end), rest: bytes.subarray(end + headEnd.length) };
  }
}
