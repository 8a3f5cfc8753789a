import type { Duplex } from 'node:stream';
import type { RawHeaders } from '../../../lib/http/raw-headers.ts';
import type { BodySink } from '../exchange.ts';

const crlf = '\r\n';

/** Writes the caller's body as it is; the length was announced in the head. */
export function plainBody(stream: Duplex): BodySink {
  return { write: (chunk) => stream.write(chunk), end: () => undefined };
}

/**
 * Writes the caller's body in the chunked coding, with its trailers (RFC 9112 §7.1). What the caller sent at once goes out as
 * one chunk, in however many it came: small chunks must not cost more than large ones.
 */
export function chunkedBody(stream: Duplex): BodySink {
  let pieces: Buffer[] = [];
  const flush = (): void => {
    if (!stream.destroyed) writeChunk(stream, pieces);
    pieces = [];
  };
  return {
    write(piece) {
      // A tick would be over before the next chunk is read.
      if (pieces.length === 0) setImmediate(flush);
      pieces.push(piece);
      return !stream.writableNeedDrain;
    },
    end(trailers) {
      flush();
      stream.write(lastChunk(trailers), 'latin1');
    },
  };
}

function writeChunk(stream: Duplex, pieces: Buffer[]): void {
  const data = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  if (data === undefined || data.length === 0) return;
  stream.cork();
  stream.write(data.length.toString(16) + crlf, 'latin1');
  stream.write(data);
  stream.write(crlf, 'latin1');
  stream.uncork();
}

function lastChunk(trailers: RawHeaders): string {
  let text = `0${crlf}`;
  for (let index = 0; index + 1 < trailers.length; index += 2) {
    text += `${trailers[index]}: ${trailers[index + 1]}${crlf}`;
  }
  return text + crlf;
}
