import type { IncomingMessage } from 'node:http';
import { PlatformError, toPlatformError } from '../../lib/errors.ts';
import { safeTrailers } from '../../lib/http/trailers.ts';
import type { BodySink, RequestBody } from '../protocols/exchange.ts';

/** The body of a request on node:http, counted and limited while it streams. */
export class CallerBody implements RequestBody {
  readonly length: number | undefined;
  readonly #request: IncomingMessage;
  readonly #maxBytes: number;
  #bytes = 0;
  #stopped = false;

  /** Throws `body_too_large` when the announced length is larger than `maxBytes`; 0 is no limit. */
  constructor(request: IncomingMessage, maxBytes: number) {
    this.#request = request;
    this.#maxBytes = maxBytes === 0 ? Number.POSITIVE_INFINITY : maxBytes;
    this.length = announcedLength(request);
    if (this.length !== undefined && this.length > this.#maxBytes) throw tooLarge(maxBytes);
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.#bytes;
  }

  start(sink: BodySink, failed: (error: Error) => void): void {
    const request = this.#request;
    if (this.length === 0) return sink.end([]);
    request.on('data', (chunk: Buffer) => this.#accept(chunk, sink, failed));
    request.on('end', () => {
      if (!this.#stopped) sink.end(safeTrailers(request.rawTrailers));
    });
    request.on('error', (cause) => {
      if (!this.#stopped) failed(new PlatformError('caller_gone', 'the request body broke off', { cause }));
    });
  }

  resume(): void {
    if (!this.#stopped) this.#request.resume();
  }

  /** What may still come is read by the front, or the connection is closed. */
  stop(): void {
    this.#stopped = true;
  }

  #accept(chunk: Buffer, sink: BodySink, failed: (error: Error) => void): void {
    if (this.#stopped) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) {
      this.#stopped = true;
      return failed(tooLarge(this.#maxBytes));
    }
    try {
      if (!sink.write(chunk)) this.#request.pause();
    } catch (error) {
      this.#stopped = true;
      failed(toPlatformError(error));
    }
  }
}

function announcedLength({ headers }: IncomingMessage): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return undefined;
  return Number(headers['content-length'] ?? 0);
}

function tooLarge(maxBytes: number): PlatformError {
  return new PlatformError('body_too_large', `the request body is larger than ${maxBytes} bytes`, {
    hint: "Send less, or raise the server's body limit.",
  });
}
