import { ChunkedDecoder } from './chunked-decoder.ts';
import { responseFraming, type BodyFraming } from './body-framing.ts';
import { HeadReader } from './head-reader.ts';
import { HttpSyntaxError, parseResponseHead, type ResponseHead } from './response-head.ts';
import type { RawHeaders } from './raw-headers.ts';

export interface ResponseEvents {
  /** Interim responses (1xx), before the final head. */
  interim(head: ResponseHead): void;
  head(head: ResponseHead, framing: BodyFraming): void;
  data(chunk: Buffer): void;
  /** The response is complete. Bytes that follow are ignored. */
  end(trailers: RawHeaders): void;
}

export interface ResponseParserOptions {
  /** Of the request: a response to HEAD has no body. */
  method: string;
  maxHeadBytes: number;
}

const maxInterims = 16;

/**
 * Reads one HTTP/1.1 response from the bytes of a connection that is used once (RFC 9112). Much leaner than
 * `http.request`: no agent, no socket bookkeeping, no second stream. `push` and `finish` throw HttpSyntaxError.
 */
export class ResponseParser {
  readonly #events: ResponseEvents;
  readonly #options: ResponseParserOptions;
  readonly #head: HeadReader;
  #framing: BodyFraming | undefined;
  #remaining = 0;
  #chunked: ChunkedDecoder | undefined;
  #interims = 0;
  #done = false;

  constructor(events: ResponseEvents, options: ResponseParserOptions) {
    this.#events = events;
    this.#options = options;
    this.#head = new HeadReader(options.maxHeadBytes, 'headers');
  }

  get done(): boolean {
    return this.#done;
  }

  /** The body ends with the connection: `finish` completes the response. */
  get endsWithConnection(): boolean {
    return this.#framing?.kind === 'until-close';
  }

  push(chunk: Buffer): void {
    if (this.#done) return;
    if (this.#framing) this.#pushBody(chunk);
    else this.#pushHead(chunk);
  }

  /** The connection ended. Does nothing but where that completes the response. */
  finish(): void {
    if (!this.#done && this.endsWithConnection) this.#end([]);
  }

  #pushHead(chunk: Buffer): void {
    let input = chunk;
    while (!this.#framing) {
      const head = this.#head.push(input);
      if (!head) return;
      this.#acceptHead(parseResponseHead(head.text));
      input = head.rest;
    }
    if (input.length > 0 && !this.#done) this.#pushBody(input);
  }

  #acceptHead(head: ResponseHead): void {
    if (head.status < 200) return this.#acceptInterim(head);
    const framing = responseFraming(this.#options.method, head.status, head.headers);
    this.#framing = framing;
    if (framing.kind === 'length') this.#remaining = framing.bytes;
    if (framing.kind === 'chunked') this.#chunked = this.#decoder();
    this.#events.head(head, framing);
    if (framing.kind === 'none' || (framing.kind === 'length' && framing.bytes === 0)) this.#end([]);
  }

  #acceptInterim(head: ResponseHead): void {
    this.#interims += 1;
    if (head.status === 101) throw new HttpSyntaxError('it switches protocols without being asked to');
    if (this.#interims > maxInterims) throw new HttpSyntaxError('too many interim responses');
    this.#events.interim(head);
  }

  #decoder(): ChunkedDecoder {
    const output = {
      data: (chunk: Buffer) => this.#events.data(chunk),
      end: (trailers: RawHeaders) => this.#end(trailers),
    };
    return new ChunkedDecoder(output, this.#options.maxHeadBytes);
  }

  #pushBody(chunk: Buffer): void {
    if (this.#chunked) return this.#chunked.push(chunk);
    if (this.#framing?.kind === 'until-close') return this.#events.data(chunk);
    const piece = chunk.length > this.#remaining ? chunk.subarray(0, this.#remaining) : chunk;
    this.#remaining -= piece.length;
    if (piece.length > 0) this.#events.data(piece);
    if (this.#remaining === 0) this.#end([]);
  }

  #end(trailers: RawHeaders): void {
    this.#done = true;
    this.#events.end(trailers);
  }
}
