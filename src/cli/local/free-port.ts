import { once } from 'node:events';
import { createServer } from 'node:net';
import { errorMessage, hasErrno, PlatformError } from '../../lib/errors.ts';

/**
 * Asked before a function is started: it would end with a traceback, and whoever has the port would answer our probe in its place.
 * Throws `conflict` where another program listens, `bad_request` where this one may not.
 */
export async function requireFreePort(port: number): Promise<void> {
  const problem = await bind(port, '::');
  // Machines without IPv6.
  const isSettled = !hasErrno(problem, 'EAFNOSUPPORT', 'EADDRNOTAVAIL');
  const error = isSettled ? problem : await bind(port, '0.0.0.0');
  if (error === undefined) return;
  if (hasErrno(error, 'EADDRINUSE'))
    throw new PlatformError('conflict', `port ${port} is taken by another program`, {
      hint: 'Choose another one: --port 8081.',
      cause: error,
    });
  throw new PlatformError('bad_request', `cannot listen on port ${port}: ${errorMessage(error)}`, {
    hint: 'Choose another one: --port 8080.',
    cause: error,
  });
}

/** Resolves to the error, if there is one. */
async function bind(port: number, host: string): Promise<unknown> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return error;
  } finally {
    server.close();
  }
}
