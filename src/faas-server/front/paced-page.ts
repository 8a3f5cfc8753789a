import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PlainAnswer } from './front-options.ts';

const sliceLength = 16 * 1024;

/**
 * Sends a page as fast as its reader takes it: what waits for a slow one is a slice of it, the rest is everybody's. Who takes
 * longer than `ms` loses the connection.
 */
export async function sendPage(response: ServerResponse, page: PlainAnswer, ms: number): Promise<void> {
  const { status, contentType, body } = page;
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) });
  const timer = setTimeout(() => response.destroy(), ms);
  // A reader that has gone is nobody's concern.
  await pipeline(Readable.from(slices(body)), response).catch(() => undefined);
  clearTimeout(timer);
}

function* slices(text: string): Generator<Buffer> {
  for (let start = 0; start < text.length;) {
    const end = sliceEnd(text, start);
    yield Buffer.from(text.slice(start, end));
    start = end;
  }
}

/** Not between the two halves of a character. */
function sliceEnd(text: string, start: number): number {
  const end = start + sliceLength;
  const unit = text.charCodeAt(end - 1);
  return unit >= 0xd800 && unit < 0xdc00 ? end + 1 : end;
}
