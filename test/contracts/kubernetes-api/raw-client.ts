import { request as httpsRequest, Agent } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { loadKubeconfig } from '../../../src/kube/kubeconfig.ts';

/** A JSON document; tests look into it freely. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests read answers of two servers, whose types nobody vouches for
export type Doc = any;

export interface Reply {
  code: number;
  headers: IncomingHttpHeaders;
  body: Doc;
  text: string;
}

export interface RequestOptions {
  body?: unknown;
  /** Media type of the body; JSON if not given. */
  type?: string;
  accept?: string;
  headers?: Record<string, string>;
  /** Sends no credentials. */
  anonymous?: boolean;
}

export interface WatchStream extends AsyncDisposable {
  /** The next event. Rejects when the stream ends before. */
  next(): Promise<Doc>;
  /** Events until one is of that type, this one included. */
  until(type: string): Promise<Doc[]>;
  /** Resolves when the server ends the stream. */
  ended: Promise<void>;
}

/** HTTP without any client library in between, so that the tests see what is on the wire. */
export interface RawClient {
  server: string;
  call(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  watch(path: string, options?: RequestOptions): Promise<WatchStream>;
  close(): void;
}

export async function rawClient(kubeconfig: string): Promise<RawClient> {
  const { server, tls, credential } = await loadKubeconfig(kubeconfig);
  const secure = { ca: tls.ca, cert: tls.cert, key: tls.key, rejectUnauthorized: !tls.insecure };
  const agent = new Agent({ keepAlive: true, ...secure });
  const anonymousAgent = new Agent({ ca: tls.ca, rejectUnauthorized: !tls.insecure });
  const token = credential.kind === 'token' ? { Authorization: `Bearer ${credential.token}` } : {};
  const open = (method: string, path: string, options: RequestOptions): Promise<IncomingMessage> => {
    const payload = bodyOf(options);
    const headers = {
      ...(options.anonymous ? {} : token),
      ...(payload !== undefined && { 'Content-Type': options.type ?? 'application/json' }),
      ...(payload !== undefined && { 'Content-Length': Buffer.byteLength(payload) }),
      ...(options.accept !== undefined && { Accept: options.accept }),
      ...options.headers,
    };
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = httpsRequest(server + path, {
      method,
      headers,
      agent: options.anonymous ? anonymousAgent : agent,
    });
    request.once('response', resolve).on('error', reject).end(payload);
    return promise;
  };
  return {
    server,
    call: async (method, path, options = {}) => readReply(await open(method, path, options)),
    watch: async (path, options = {}) => watchStream(await open('GET', path, options)),
    close: () => {
      agent.destroy();
      anonymousAgent.destroy();
    },
  };
}

function bodyOf({ body }: RequestOptions): string | Buffer | undefined {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) return body;
  return JSON.stringify(body);
}

async function readReply(message: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  // Upstream sends some documents as text/plain.
  const isJson = text.startsWith('{');
  return {
    code: message.statusCode ?? 0,
    headers: message.headers,
    text,
    body: isJson ? JSON.parse(text) : text,
  };
}

function watchStream(message: IncomingMessage): WatchStream {
  const events: Doc[] = [];
  const waiting: PromiseWithResolvers<Doc>[] = [];
  const end = Promise.withResolvers<void>();
  const lines = createInterface({ input: message });
  message.on('error', () => undefined);
  lines.on('line', (line) => {
    const event: Doc = JSON.parse(line);
    const waiter = waiting.shift();
    if (waiter) waiter.resolve(event);
    else events.push(event);
  });
  // readline does not close when its input is destroyed.
  message.once('close', () => {
    for (const waiter of waiting) waiter.reject(new Error('the watch ended'));
    end.resolve();
  });
  const next = (): Promise<Doc> => {
    if (events.length > 0) return Promise.resolve(events.shift());
    const waiter = Promise.withResolvers<Doc>();
    waiting.push(waiter);
    return waiter.promise;
  };
  const until = async (type: string): Promise<Doc[]> => {
    const seen: Doc[] = [];
    do seen.push(await next());
    while (seen.at(-1).type !== type);
    return seen;
  };
  return {
    next,
    until,
    ended: end.promise,
    [Symbol.asyncDispose]: async () => {
      waiting.length = 0;
      message.destroy();
      await end.promise;
    },
  };
}
