import { Readable } from 'node:stream';
import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { Agent } from '../lib/http/undici-agent.ts';
import { builtin } from '../lib/builtin.ts';
import type { Clock } from '../lib/clock.ts';
import { errorMessage, PlatformError } from '../lib/errors.ts';
import type { KubeConnection } from './connection.ts';
import { createAuthorizer, type Authorizer } from './credentials.ts';
import { readError } from './http-body.ts';
import { describeNetworkError } from './network-error.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRequest {
  method: Method;
  /** Path with query. */
  path: string;
  body?: string;
  /** Instead of `body`, for what is large: opened for each time that the request is sent. */
  stream?: UploadBody;
  contentType?: string;
  signal?: AbortSignal;
  /** Longest gap between two pieces of the answer's body; 0 for none. */
  idleTimeoutMs?: number;
}

export interface UploadBody {
  length: number;
  open: () => AsyncIterable<Uint8Array>;
}

export interface HttpResponse {
  body: Dispatcher.ResponseData['body'];
}

export interface TransportOptions {
  connection: KubeConnection;
  clock: Pick<Clock, 'monotonic'>;
  /** Product and version, for the API server's audit log. */
  userAgent: string;
  connectTimeoutMs?: number;
  headersTimeoutMs?: number;
}

const uploadTimeoutMs = 60 * 60_000;

/** HTTP/1.1 connections to one API server: TLS, credentials, timeouts. Throws KubeError for an answer over 299. */
export class Transport implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #authorizer: Authorizer;
  readonly #userAgent: string;
  readonly #headersTimeoutMs: number;

  constructor({ connection, clock, userAgent, ...timeouts }: TransportOptions) {
    const url = new URL(connection.server);
    this.#origin = url.origin;
    this.#prefix = url.pathname === '/' ? '' : url.pathname;
    this.#agent = createAgent(connection, timeouts.connectTimeoutMs ?? 10_000);
    this.#authorizer = createAuthorizer(connection.credential, clock);
    this.#userAgent = userAgent;
    this.#headersTimeoutMs = timeouts.headersTimeoutMs ?? 60_000;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const first = await this.#exchange(request);
    if (first.statusCode !== 401 || !this.#authorizer.refused()) return succeed(first);
    await first.body.dump();
    return succeed(await this.#exchange(request));
  }

  async #exchange(request: HttpRequest): Promise<Dispatcher.ResponseData> {
    const { method, path, body, stream, signal, idleTimeoutMs = 60_000 } = request;
    const headers = await this.#headers(request);
    try {
      return await this.#agent.request({
        origin: this.#origin,
        path: `${this.#prefix}${path}`,
        method,
        headers,
        body: stream === undefined ? (body ?? null) : Readable.from(stream.open()),
        signal: signal ?? null,
        // It counts from the first byte that is sent, and sending may take any time.
        headersTimeout: stream === undefined ? this.#headersTimeoutMs : uploadTimeoutMs,
        bodyTimeout: idleTimeoutMs,
        // undici closes the connection after a DELETE with a body, which Kubernetes' API is made of.
        reset: false,
      });
    } catch (error) {
      throw describeNetworkError(error, this.#origin);
    }
  }

  async #headers({ body, stream, contentType }: HttpRequest): Promise<Record<string, string>> {
    const authorization = await this.#authorizer.header();
    return {
      accept: 'application/json',
      'user-agent': this.#userAgent,
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      ...(stream === undefined
        ? {}
        : { 'content-type': 'application/octet-stream', 'content-length': String(stream.length) }),
    };
  }

  /** Cuts every connection, watches included. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy(new PlatformError('draining', 'the Kubernetes client was closed'));
  }
}

/** HTTP/1.1 only: over one HTTP/2 connection a lost peer silences every watch, and a stream reset is easily missed. */
function createAgent({ server, tls }: KubeConnection, connectTimeoutMs: number): Agent {
  const { serverName, insecure } = tls;
  return new Agent({
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: {
      timeout: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      rejectUnauthorized: !insecure,
      ...(server.startsWith('https:') ? { secureContext: secureContext(server, tls) } : {}),
      ...(serverName === undefined ? {} : { servername: serverName }),
    },
  });
}

/** Made once: each watch has a connection of its own, and would read the certificates again. */
function secureContext(server: string, { ca, cert, key }: KubeConnection['tls']): SecureContext {
  const given = Object.entries({ ca, cert, key }).filter(([, value]) => value !== undefined);
  try {
    return builtin('node:tls').createSecureContext(Object.fromEntries(given));
  } catch (error) {
    const message = `the certificates or the key for ${server} cannot be read: ${errorMessage(error)}`;
    throw new PlatformError('invalid', message, { hint: 'Mend them in the kubeconfig.', cause: error });
  }
}

async function succeed(response: Dispatcher.ResponseData): Promise<HttpResponse> {
  if (response.statusCode >= 200 && response.statusCode <= 299) return response;
  throw await readError(response);
}
