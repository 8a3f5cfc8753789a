import type { IncomingMessage, ServerResponse } from 'node:http';

export interface LingerLimits {
  ms: number;
  bytes: number;
}

/**
 * Ends a response whose request was not read to its end, on a connection that closes after it. Closing at once would make
 * the kernel throw away an answer that the caller has not read yet (RFC 9112 §9.6), so what the caller still sends is
 * read and thrown away for a moment. The answer's bytes must have been written with their length before.
 */
export function lingerThenEnd(
  request: IncomingMessage,
  response: ServerResponse,
  limits: LingerLimits,
): void {
  if (request.complete || request.destroyed) {
    response.end();
    return;
  }
  let bytes = 0;
  const end = (): void => {
    clearTimeout(timer);
    request.off('data', count);
    request.off('end', end);
    response.end();
  };
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > limits.bytes) end();
  };
  const timer = setTimeout(end, limits.ms);
  timer.unref();
  request.on('data', count);
  request.on('end', end);
  response.once('close', end);
  request.resume();
}

/**
 * After an answer that came before the end of its request: node:http reads the rest and throws it away, without end if the
 * caller wants it so. The connection can be used again if the rest comes within `ms`, otherwise it is closed.
 */
export function boundRest(request: IncomingMessage, ms: number): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.socket.destroy(), ms);
  timer.unref();
  const done = (): void => clearTimeout(timer);
  request.once('end', done);
  request.once('close', done);
}
