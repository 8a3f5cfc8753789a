import type { Duplex } from 'node:stream';
import { PlatformError } from '../../../lib/errors.ts';
import { endToEndHeaders } from '../../../lib/http/hop-by-hop.ts';
import { headerValues } from '../../../lib/http/raw-headers.ts';
import type { ExchangeCall } from '../exchange.ts';
import { runExchange, type StreamCodec } from '../stream-exchange.ts';
import { parseReply } from './files-reply.ts';
import { filesRequest } from './files-request.ts';

/** Fields whose truth is known here, whatever the reply says. */
const framing = new Set(['content-length']);

/** Protocol `kontain-files`: one request document in, one reply document out, each whole in memory. */
export function exchangeFiles(stream: Duplex, call: ExchangeCall): Promise<void> {
  return runExchange(stream, call, new FilesCodec(stream, call));
}

class FilesCodec implements StreamCodec {
  readonly done = false;
  readonly endsWithStream = true;
  readonly expectExit = true;
  readonly sink;
  readonly #call: ExchangeCall;
  readonly #reply: Buffer[] = [];
  #replyBytes = 0;

  constructor(stream: Duplex, call: ExchangeCall) {
    this.#call = call;
    const body: Buffer[] = [];
    let bytes = 0;
    this.sink = {
      write: (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > call.limits.documentBytes) throw tooLarge('body_too_large', call.limits.documentBytes);
        body.push(chunk);
        return true;
      },
      end: () => {
        const { method, url, headers } = call;
        stream.end(filesRequest({ method, url, headers, body: Buffer.concat(body) }));
      },
    };
  }

  push(chunk: Buffer): void {
    this.#replyBytes += chunk.length;
    const { documentBytes } = this.#call.limits;
    if (this.#replyBytes > documentBytes) throw tooLarge('response_too_large', documentBytes);
    this.#reply.push(chunk);
  }

  finish(): void {
    const { answer, method } = this.#call;
    const { status, headers, body } = parseReply(Buffer.concat(this.#reply));
    const all = endToEndHeaders(headers, framing);
    if (headerValues(all, 'content-type').length === 0) all.push('Content-Type', 'application/octet-stream');
    const bodyless = status === 204 || status === 304;
    if (!bodyless) all.push('Content-Length', String(body.length));
    answer.head(status, all);
    if (!bodyless && method !== 'HEAD' && body.length > 0) answer.write(body);
    answer.end([]);
  }
}

function tooLarge(code: 'body_too_large' | 'response_too_large', bytes: number): PlatformError {
  const what = code === 'body_too_large' ? 'request' : 'reply';
  return new PlatformError(
    code,
    `the ${what} is larger than ${bytes} bytes, the most this protocol can carry`,
    {
      hint: 'Use protocol http-stream, which has no such limit.',
    },
  );
}
