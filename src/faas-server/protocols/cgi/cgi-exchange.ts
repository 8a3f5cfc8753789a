import type { Duplex } from 'node:stream';
import { endToEndHeaders } from '../../../lib/http/hop-by-hop.ts';
import { responseFraming, type BodyFraming } from '../../../lib/http/body-framing.ts';
import type { ResponseHead } from '../../../lib/http/response-head.ts';
import type { ExchangeCall } from '../exchange.ts';
import { forward, runExchange, type StreamCodec } from '../stream-exchange.ts';
import { CgiHeadReader } from './cgi-head.ts';

/** Protocol `cgi`: body on standard input, answer on standard output (RFC 3875). NPH programs are not supported. */
export function exchangeCgi(stream: Duplex, call: ExchangeCall): Promise<void> {
  return runExchange(stream, call, new CgiCodec(stream, call));
}

class CgiCodec implements StreamCodec {
  readonly expectExit = true;
  readonly incomplete = "the program's output is not a CGI header block, an empty line and a body";
  readonly sink;
  readonly #stream: Duplex;
  readonly #call: ExchangeCall;
  readonly #head: CgiHeadReader;
  #framing: BodyFraming | undefined;
  #remaining = 0;
  #done = false;

  constructor(stream: Duplex, call: ExchangeCall) {
    this.#stream = stream;
    this.#call = call;
    this.#head = new CgiHeadReader(call.limits.responseHeadBytes);
    this.sink = {
      write: (chunk: Buffer) => stream.write(chunk),
      end: () => void stream.end(),
    };
  }

  get done(): boolean {
    return this.#done;
  }

  get endsWithStream(): boolean {
    return this.#framing?.kind === 'until-close';
  }

  push(chunk: Buffer): void {
    if (this.#framing) return this.#pushBody(chunk);
    const found = this.#head.push(chunk);
    if (found) this.#acceptHead(found.head, found.rest);
  }

  finish(): void {
    this.#end();
  }

  #acceptHead(head: ResponseHead, rest: Buffer): void {
    const headers = endToEndHeaders(head.headers);
    const framing = responseFraming(this.#call.method, head.status, headers);
    this.#framing = framing;
    this.#call.answer.head(head.status, headers, framing);
    if (framing.kind === 'length') this.#remaining = framing.bytes;
    if (framing.kind === 'none' || (framing.kind === 'length' && framing.bytes === 0)) this.#end();
    else if (rest.length > 0) this.#pushBody(rest);
  }

  #pushBody(chunk: Buffer): void {
    if (this.#framing?.kind !== 'length') return forward(this.#stream, this.#call, chunk);
    const piece = chunk.subarray(0, this.#remaining);
    this.#remaining -= piece.length;
    forward(this.#stream, this.#call, piece);
    if (this.#remaining === 0) this.#end();
  }

  #end(): void {
    if (this.#done) return;
    this.#done = true;
    this.#call.answer.end([]);
  }
}
