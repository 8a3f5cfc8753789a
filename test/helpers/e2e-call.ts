import { once } from 'node:events';
import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { builtin } from '../../src/lib/builtin.ts';

const { request } = builtin('node:http');

export interface CallInit {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  agent?: Agent;
  signal?: AbortSignal;
}

export interface CallResult {
  status: number;
  headers: IncomingHttpHeaders;
  trailers: NodeJS.Dict<string>;
  body: Buffer;
  text: string;
  /** Port of our end: tells connections apart. */
  localPort: number | undefined;
  ms: number;
}

/** What the platform answers when it, and not the function, fails. */
export interface ErrorDocument {
  code: string;
  reason: string;
  requestId: string;
}

/** One call, over a connection of its own unless an agent is given. */
export async function call(url: string, init: CallInit = {}): Promise<CallResult> {
  const start = performance.now();
  const { method = 'GET', headers = {}, agent = false, body, signal } = init;
  const outgoing = request(url, { method, headers, agent, ...(signal === undefined ? {} : { signal }) });
  outgoing.on('error', () => undefined); // a reset in the middle of an answer: reading that rejects, too
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { localPort } = response.socket;
  const received = await buffer(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    trailers: response.trailers,
    body: received,
    text: received.toString('utf8'),
    localPort,
    ms: performance.now() - start,
  };
}

/** The error document of an answer that the platform gave. */
export function json({ text }: CallResult): ErrorDocument {
  return JSON.parse(text) as ErrorDocument;
}
