import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import type { BearerCredential } from '../../src/kube/connection.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { builtin } from '../../src/lib/builtin.ts';

const { createServer } = builtin('node:http');

export interface Exchange {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
  /** Answers with JSON. */
  json: (status: number, value: unknown, headers?: Record<string, string>) => void;
  /** Starts a watch's answer. */
  stream: () => void;
  /** Writes watch events, or text as it is. */
  send: (...events: (object | string)[]) => void;
  /** Ends the answer as it should be ended. */
  end: () => void;
  /** Resets the connection, whatever was sent. */
  drop: () => void;
}

export type Step = (exchange: Exchange) => void;

/** An API server that does to each request what the test says, over real sockets. */
export interface ScriptedApi extends AsyncDisposable {
  client: KubeClient;
  url: string;
  /** Every request so far. */
  exchanges: Exchange[];
}

/** `step` gets each request with its number, from 0. */
export async function startScriptedApi(
  step: (exchange: Exchange, index: number) => void,
  credential: BearerCredential = { kind: 'none' },
): Promise<ScriptedApi> {
  const exchanges: Exchange[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const exchange = describe(request, response, body);
      exchanges.push(exchange);
      step(exchange, exchanges.length - 1);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = connectTo(url, credential);
  return {
    client,
    url,
    exchanges,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client whose waits between retries take no time. */
export function connectTo(server: string, credential: BearerCredential = { kind: 'none' }): KubeClient {
  return createKubeClient({
    connection: { server, namespace: 'default', tls: { insecure: false }, credential },
    clock: { monotonic: () => systemClock.monotonic(), sleep: () => Promise.resolve() },
    random: () => 0.5,
    userAgent: 'test/1',
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function describe(request: IncomingMessage, response: ServerResponse, body: string): Exchange {
  const url = new URL(request.url ?? '/', 'http://server');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body,
    json: (status, value, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(value));
    },
    stream: () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
    },
    send: (...events) => {
      for (const event of events)
        response.write(typeof event === 'string' ? event : `${JSON.stringify(event)}\n`);
    },
    end: () => response.end(),
    drop: () => request.socket.destroy(),
  };
}
