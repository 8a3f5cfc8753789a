import { once } from 'node:events';
import { chmod, mkdir, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { dirname } from 'node:path';
import { PlatformError } from '../errors.ts';

/**
 * Listens on `HOST:PORT`, or on the path of a Unix socket that only its owner may open. `what` names the address in the
 * `bad_request` for one that is neither.
 */
export async function listenOn(server: Server, address: string, what: string): Promise<void> {
  const isSocket = address.startsWith('/');
  if (isSocket) {
    await mkdir(dirname(address), { recursive: true, mode: 0o700 });
    // Left by a process that was killed.
    await rm(address, { force: true });
  }
  server.listen(isSocket ? { path: address } : hostAndPort(address, what));
  await once(server, 'listening');
  if (isSocket) await chmod(address, 0o600);
}

/** Port of a server that listens on `HOST:0`; 0 for a Unix socket. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Ends a server with all that is under way. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function hostAndPort(address: string, what: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address) ?? [];
  if (host !== '' && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new PlatformError('bad_request', `${what} must be HOST:PORT or a path, not "${address}"`);
}
