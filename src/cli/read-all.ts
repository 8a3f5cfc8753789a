import { addAbortSignal, type Readable } from 'node:stream';
import { PlatformError } from '../lib/errors.ts';

/** Of a source or a body: 256 MiB, as much as the platform takes of a source. */
const maxBytes = 256 * 1024 * 1024;

/**
 * All that a stream has. Rejects with `body_too_large` where that does not end, and as soon as `signal` aborts: what was read until
 * then is not the whole.
 */
export async function readAll(stream: Readable, name: string, signal: AbortSignal): Promise<Buffer> {
  signal.throwIfAborted();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of addAbortSignal(signal, stream) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes)
      throw new PlatformError('body_too_large', `${name} has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
