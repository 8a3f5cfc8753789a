import type { Duplex } from 'node:stream';
import { PlatformError } from '../../../lib/errors.ts';
import { GrowingBuffer } from '../../../lib/growing-buffer.ts';
import type { BodyFraming } from '../../../lib/http/body-framing.ts';
import { endToEndHeaders } from '../../../lib/http/hop-by-hop.ts';
import { headerValues } from '../../../lib/http/raw-headers.ts';
import type { ExchangeCall } from '../exchange.ts';
import { runExchange, type StreamCodec } from '../stream-exchange.ts';
import { parseReply } from './files-reply.ts';
import { filesRequest } from './files-request.ts';

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
  readonly #reply = new GrowingBuffer();

  constructor(stream: Duplex, call: ExchangeCall) {
    this.#call = call;
    const body = new GrowingBuffer();
    const { documentBytes } = call.limits;
    this.sink = {
      write: (chunk: Buffer) => {
        body.append(chunk);
        if (body.length > documentBytes) throw tooLarge('body_too_large', documentBytes);
        return true;
      },
      end: () => {
        const { method, url, headers } = call;
        stream.end(filesRequest({ method, url, headers, body: body.bytes }));
      },
    };
  }

  push(chunk: Buffer): void {
    const { documentBytes } = this.#call.limits;
    this.#reply.append(chunk);
    if (this.#reply.length > documentBytes) throw tooLarge('response_too_large', documentBytes);
  }

  finish(): void {
    const { answer, method, limits } = this.#call;
    const { status, headers, body } = parseReply(this.#reply.bytes, limits.responseHeadBytes);
    const all = endToEndHeaders(headers);
    if (headerValues(all, 'content-type').length === 0) all.push('Content-Type', 'application/octet-stream');
    const framing = replyFraming(method, status, body.length);
    answer.head(status, all, framing);
    if (framing.kind === 'length' && framing.bytes > 0) answer.write(body);
    answer.end([]);
  }
}

function replyFraming(method: string, status: number, bytes: number): BodyFraming {
  if (status === 204 || status === 304) return { kind: 'none' };
  return { kind: method === 'HEAD' ? 'none' : 'length', bytes };
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
