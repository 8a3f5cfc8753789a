import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { builtin } from '../../src/lib/builtin.ts';

const { createServer, request } = builtin('node:http');

export interface Hold {
  /** The first request that is held has come. */
  reached: Promise<void>;
  release(): void;
}

/** Another address of a registry, at which requests can be made to wait; with the registry's login, which it adds. */
export interface HeldRegistry extends AsyncDisposable {
  host: string;
  /** From now on, requests that fit wait until they are released. */
  hold(fits: (request: IncomingMessage) => boolean): Hold;
}

export const isPush = ({ method = '' }: IncomingMessage): boolean =>
  ['POST', 'PUT', 'PATCH'].includes(method);
/** As nodes do once they know what the image consists of. */
export const isPull = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'GET' && url.includes('/blobs/sha256:');

export async function heldRegistry(port: number, registry: string, auth: string): Promise<HeldRegistry> {
  let gate: { fits: (request: IncomingMessage) => boolean; reached: () => void; released: Promise<void> };
  gate = { fits: () => false, reached: () => undefined, released: Promise.resolve() };
  const server = createServer((incoming, response) => {
    const { fits, reached, released } = gate;
    if (!fits(incoming)) return forward(incoming, response, registry, auth);
    reached();
    void released.then(() => forward(incoming, response, registry, auth));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${port}`,
    hold(fits) {
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      gate = { fits, reached: reached.resolve, released: released.promise };
      return { reached: reached.promise, release: released.resolve };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A registry that is gone is an answer that never comes to its end. */
function forward(incoming: IncomingMessage, response: ServerResponse, registry: string, auth: string): void {
  const { method, url, headers } = incoming;
  const options = { method, headers: { ...headers, authorization: `Basic ${auth}` }, agent: false };
  const outgoing = request(`http://${registry}${url}`, options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}
