import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PlatformError } from '../../lib/errors.ts';
import { rawError } from './error-answer.ts';
import type { FrontOptions } from './front-options.ts';
import { requestIdOf } from './request-id.ts';

/**
 * Upgrades and CONNECT: refused, and the connection closed. Ignoring an upgrade is not safe with node:http: bytes behind
 * it are lost and the connection hangs.
 */
export function refuseUpgrade(socket: Duplex, request: IncomingMessage, { ids, limits }: FrontOptions): void {
  const error =
    request.method === 'CONNECT'
      ? new PlatformError('method_not_allowed', 'CONNECT is not allowed')
      : new PlatformError('upgrade_refused', 'this server does not switch protocols', {
          hint: 'Send the request without an Upgrade header.',
        });
  closeWith(socket, rawError(error, requestIdOf(request, ids)), limits.linger.ms);
}

export interface MalformedOptions {
  front: FrontOptions;
  /** The answer that is under way on that connection. */
  current: ServerResponse | undefined;
}

/** What node:http could not read: answered in its turn. An answer to the very request that is malformed is cut. */
export function refuseMalformed(
  socket: Duplex,
  cause: NodeJS.ErrnoException,
  options: MalformedOptions,
): void {
  const { front, current } = options;
  const refuse = (): void =>
    closeWith(socket, rawError(malformed(cause), front.ids.uuid()), front.limits.linger.ms);
  if (!socket.writable || cause.code === 'ECONNRESET') socket.destroy();
  else if (!current) refuse();
  else if (current.req.complete) current.once('finish', refuse);
  else if (current.headersSent) closeWith(socket, '', front.limits.linger.ms);
  else refuse();
}

function malformed(cause: NodeJS.ErrnoException): PlatformError {
  switch (cause.code ?? '') {
    case 'HPE_HEADER_OVERFLOW':
      return new PlatformError('headers_too_large', 'the request headers are too large', { cause });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new PlatformError('body_too_large', 'the chunk extensions are too large', { cause });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new PlatformError('timeout', 'the request headers did not come in time', { cause });
    default:
      return new PlatformError('bad_request', 'the request is not valid HTTP/1.1', { cause });
  }
}

/** Sends a last answer; whoever does not read it loses the connection after `ms`. */
function closeWith(socket: Duplex, answer: string, ms: number): void {
  socket.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(), ms);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  // What still comes is thrown away, so that the kernel does not reset the connection before the answer was read.
  socket.resume();
  socket.end(answer);
}
