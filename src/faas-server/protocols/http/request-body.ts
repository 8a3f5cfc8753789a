import type { Duplex } from 'node:stream';
import type { BodySink } from '../exchange.ts';

const crlf = '\r\n';

/** Writes the caller's body as it is; the length was announced in the head. */
export function plainBody(stream: Duplex): BodySink {
  return { write: (chunk) => stream.write(chunk), end: () => undefined };
}

/** Writes the caller's body in the chunked coding, with its trailers (RFC 9112 §7.1). */
export function chunkedBody(stream: Duplex): BodySink {
  return {
    write(chunk) {
      if (chunk.length === 0) return true;
      stream.cork();
      stream.write(chunk.length.toString(16) + crlf, 'latin1');
      stream.write(chunk);
      const more = stream.write(crlf, 'latin1');
      stream.uncork();
      return more;
    },
    end(trailers) {
      let text = `0${crlf}`;
      for (let index = 0; index + 1 < trailers.length; index += 2) {
        text += `${trailers[index]}: ${trailers[index + 1]}${crlf}`;
      }
      stream.write(text + crlf, 'latin1');
    },
  };
}
