import { GrowingBuffer } from '../../../lib/growing-buffer.ts';
import { HttpSyntaxError, pushFieldLine, type ResponseHead } from '../../../lib/http/response-head.ts';
import { eachHeader, type RawHeaders } from '../../../lib/http/raw-headers.ts';

export interface CgiHead {
  head: ResponseHead;
  /** What came behind the header block: the beginning of the body. */
  rest: Buffer;
}

const cr = 0x0d;
const lf = 0x0a;

/**
 * Reads the header block of a CGI response (RFC 3875 §6.2, §6.3), whose lines end in LF or CRLF, as bytes come in. Looks at
 * each byte once, however they are cut.
 */
export class CgiHeadReader {
  readonly #maxBytes: number;
  readonly #bytes = new GrowingBuffer();
  readonly #lines: string[] = [];
  #lineStart = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Undefined while the empty line that ends it has not come. Throws HttpSyntaxError. */
  push(piece: Buffer): CgiHead | undefined {
    let from = this.#bytes.length;
    this.#bytes.append(piece);
    const { bytes } = this.#bytes;
    for (;;) {
      const end = bytes.indexOf(lf, from);
      this.#checkSize(end === -1 ? bytes.length : end + 1);
      if (end === -1) return undefined;
      const line = this.#takeLine(bytes, end);
      if (line === '') return { head: cgiResponse(this.#lines), rest: bytes.subarray(end + 1) };
      this.#lines.push(line);
      from = end + 1;
    }
  }

  #takeLine(bytes: Buffer, end: number): string {
    const start = this.#lineStart;
    this.#lineStart = end + 1;
    return bytes.toString('latin1', start, end > start && bytes[end - 1] === cr ? end - 1 : end);
  }

  #checkSize(bytes: number): void {
    if (bytes > this.#maxBytes) {
      throw new HttpSyntaxError(`the headers are larger than ${this.#maxBytes} bytes`);
    }
  }
}

function cgiResponse(lines: string[]): ResponseHead {
  if (lines[0]?.startsWith('HTTP/'))
    throw new HttpSyntaxError('it has a status line; CGI answers with a Status header');
  const raw: RawHeaders = [];
  for (const line of lines) pushFieldLine(raw, line);
  const headers: RawHeaders = [];
  let status: number | undefined;
  let location = false;
  eachHeader(raw, (lower, value, name) => {
    if (lower === 'status') {
      if (status !== undefined) throw new HttpSyntaxError('it has more than one Status header');
      status = parseStatus(value);
      return;
    }
    location ||= lower === 'location';
    headers.push(name, value);
  });
  if (headers.length === 0 && status === undefined) throw new HttpSyntaxError('it has no header');
  // A redirect without a Status is a 302, also for a path of this server: it is the caller who follows it.
  return { status: status ?? (location ? 302 : 200), headers };
}

function parseStatus(value: string): number {
  const match = /^([2-5][0-9]{2})(?: .*)?$/.exec(value);
  if (!match) throw new HttpSyntaxError('its Status header is not a number from 200 to 599');
  return Number(match[1]);
}
