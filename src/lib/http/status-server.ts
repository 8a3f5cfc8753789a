import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Registry } from 'prom-client';
import { closeServer, portOf } from './listen-address.ts';
import { builtin } from '../builtin.ts';

const { createServer } = builtin('node:http');

export interface StatusServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  registry: Pick<Registry, 'contentType' | 'metrics'>;
  /** Undefined when all is well, else what is not. */
  unhealthy: () => string | undefined;
  notReady: () => string | undefined;
}

export interface StatusServer extends AsyncDisposable {
  readonly port: number;
}

/** /healthz, /readyz and /metrics. */
export async function startStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const server = createServer((request, response) => void answer(options, request.url ?? '', response));
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return { port: portOf(server), [Symbol.asyncDispose]: () => closeServer(server) };
}

async function answer(options: StatusServerOptions, url: string, response: ServerResponse): Promise<void> {
  const { registry } = options;
  const [path] = url.split('?');
  if (path === '/metrics') {
    response.setHeader('content-type', registry.contentType);
    response.end(await registry.metrics());
    return;
  }
  const checks: Record<string, () => string | undefined> = {
    '/healthz': options.unhealthy,
    '/readyz': options.notReady,
  };
  const check = checks[path ?? ''];
  const problem = check?.();
  response.statusCode = check === undefined ? 404 : problem === undefined ? 200 : 503;
  response.end(check === undefined ? 'not found\n' : `${problem ?? 'OK'}\n`);
}
