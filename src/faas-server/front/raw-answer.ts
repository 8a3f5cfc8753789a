import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { PlatformError } from '../../lib/errors.ts';
import type { ConnectionTurns } from './connection-turns.ts';
import { rawError } from './error-answer.ts';
import type { FrontOptions } from './front-options.ts';
import { requestIdOf } from './request-id.ts';

export interface RawOptions {
  front: FrontOptions;
  turns: ConnectionTurns;
}

/**
 * Upgrades and CONNECT: refused, and the connection closed. Ignoring an upgrade is not safe with node:http: bytes behind
 * it are lost and the connection hangs. It also stops telling an answer under way when it may go on, so that one is cut.
 */
export function refuseUpgrade(socket: Duplex, request: IncomingMessage, { front, turns }: RawOptions): void {
  if (turns.current(socket)) {
    socket.destroy();
    return;
  }
  const error =
    request.method === 'CONNECT'
      ? new PlatformError('method_not_allowed', 'CONNECT is not allowed')
      : new PlatformError('upgrade_refused', 'this server does not switch protocols', {
          hint: 'Send the request without an Upgrade header.',
        });
  closeWith(socket, rawError(error, requestIdOf(request, front.ids)), front.limits.linger.ms);
}

/** node:http reports what it cannot read again with every piece that follows. */
const refused = new WeakSet<Duplex>();

/** What node:http could not read: answered in its turn. An answer to the very request that is malformed is cut. */
export function refuseMalformed(
  socket: Duplex,
  cause: NodeJS.ErrnoException,
  { front, turns }: RawOptions,
): void {
  if (!socket.writable && !refused.has(socket)) socket.destroy();
  if (cause.code === 'ECONNRESET') socket.destroy();
  if (socket.destroyed || refused.has(socket)) return;
  refused.add(socket);
  const answer = rawError(malformed(cause), front.ids.uuid());
  const refuse = (text: string): void => closeWith(socket, text, front.limits.linger.ms);
  const unfinished = turns.unfinished(socket);
  if (!unfinished || unfinished !== turns.current(socket)) turns.last(socket, () => refuse(answer));
  else refuse(unfinished.headersSent ? '' : answer);
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
