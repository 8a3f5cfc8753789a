import type { ServerResponse } from 'node:http';
import type { BodyFraming } from '../../lib/http/body-framing.ts';
import { eachHeader, type RawHeaders } from '../../lib/http/raw-headers.ts';
import { safeTrailers } from '../../lib/http/trailers.ts';
import type { Answer } from '../protocols/exchange.ts';

export interface CallerAnswerOptions {
  response: ServerResponse;
  requestId: string;
  /** Lets scripts of other sites read the answer, unless the function itself says who may. */
  cors: RawHeaders;
  monotonic(): number;
}

/** Said by the platform, whatever the function says. */
const ours = new Set(['x-request-id', 'content-length', 'transfer-encoding']);

/** The answer of a function on node:http: the platform's headers added, bytes counted. */
export class CallerAnswer implements Answer {
  readonly #options: CallerAnswerOptions;
  #status = 0;
  #bytes = 0;
  #firstByteAt: number | null = null;

  constructor(options: CallerAnswerOptions) {
    this.#options = options;
  }

  get started(): boolean {
    return this.#firstByteAt !== null;
  }

  get status(): number {
    return this.#status;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get firstByteAt(): number | null {
    return this.#firstByteAt;
  }

  head(status: number, headers: RawHeaders, framing: BodyFraming): void {
    const { response, requestId, cors } = this.#options;
    const all: RawHeaders = ['x-request-id', requestId];
    const mayHaveTrailers = framing.kind === 'chunked' && response.req.httpVersion !== '1.0';
    let originNamed = false;
    eachHeader(headers, (lower, value, name) => {
      if (ours.has(lower) || (lower === 'trailer' && !mayHaveTrailers)) return;
      if (lower === 'access-control-allow-origin') originNamed = true;
      all.push(name, value);
    });
    if (!originNamed) all.push(...cors);
    all.push(...lengthHeader(framing));
    this.#status = status;
    this.#firstByteAt = this.#options.monotonic();
    response.writeHead(status, all);
  }

  write(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    return this.#options.response.write(chunk);
  }

  onDrain(resume: () => void): void {
    this.#options.response.once('drain', resume);
  }

  end(trailers: RawHeaders): void {
    const { response } = this.#options;
    const pairs: [string, string][] = [];
    eachHeader(safeTrailers(trailers), (_, value, name) => pairs.push([name, value]));
    if (pairs.length > 0) response.addTrailers(pairs);
    response.end();
  }
}

/** An answer without body has the length of the one to GET where that is known; without, node:http sends chunks or closes. */
function lengthHeader(framing: BodyFraming): RawHeaders {
  const bytes = 'bytes' in framing ? framing.bytes : undefined;
  return bytes === undefined ? [] : ['Content-Length', String(bytes)];
}
