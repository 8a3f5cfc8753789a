import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import type { FunctionResponse } from './http-objects.ts';
import { encodeResult, isWebResponse } from './result.ts';

/** Sends a handler's result through Node's response, on which the handler may have set or sent something itself. */
export async function respond(response: FunctionResponse, result: unknown): Promise<void> {
  if (response.writableEnded || (response.headersSent && result === undefined)) return closed(response);
  if (isWebResponse(result)) return respondWeb(response, result);
  const body = encodeResult(result);
  if (body.type !== null && !response.headersSent && !response.hasHeader('content-type'))
    response.setHeader('Content-Type', body.type);
  if (body.kind === 'stream') return stream(response, body.source);
  const sent = closed(response);
  response.end(body.content);
  return sent;
}

/** A clean refusal if nothing has gone out yet; a cut stream otherwise. */
export async function refuse(response: FunctionResponse, status: number, message: string): Promise<void> {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.status(status).type('text/plain; charset=utf-8');
  const sent = closed(response);
  response.end(message);
  return sent;
}

async function closed(response: FunctionResponse): Promise<void> {
  if (!response.writableFinished && !response.destroyed)
    await Promise.race([once(response, 'finish'), once(response, 'close')]);
}

async function respondWeb(response: FunctionResponse, result: Response): Promise<void> {
  response.statusCode = result.status;
  for (const [name, value] of result.headers) response.appendHeader(name, value);
  if (result.body !== null) return stream(response, result.body);
  const sent = closed(response);
  response.end();
  return sent;
}

/** The first chunk comes before the head: a stream that fails at once is a clean 500. */
async function stream(
  response: FunctionResponse,
  source: AsyncIterable<unknown> | Iterable<unknown>,
): Promise<void> {
  const chunks = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const first = await chunks.next();
  await pipeline(async function* (): AsyncGenerator {
    for (let item = first; item.done !== true; item = await chunks.next()) yield checked(item.value);
  }, response);
}

function checked(chunk: unknown): string | Uint8Array {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return chunk;
  throw new TypeError(`A stream yields text or bytes, not ${typeof chunk}`);
}
