import type { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { Agent } from '../../lib/http/undici-agent.ts';
import { errorMessage, PlatformError } from '../../lib/errors.ts';

export interface RegistryConnectionOptions {
  /** Whether a `host:port` may speak plain HTTP, or have a certificate that nobody signed. */
  isInsecure: (host: string) => boolean;
  /** A certificate authority in PEM, beside those that Node.js knows: other registries have certificates of theirs. */
  certificateAuthority?: string | undefined;
  timeoutMs?: number;
}

export interface RegistryRequest {
  method: 'GET' | 'HEAD' | 'DELETE' | 'POST' | 'PUT' | 'PATCH';
  path: string;
  headers: Record<string, string>;
  /** A stream is read once: the request cannot be sent again. */
  body?: Buffer | Readable;
  signal: AbortSignal;
}

export interface RegistryResponse {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** Until the answer to what is sent: a registry may move a large blob before it says so. */
const sendTimeoutMs = 10 * 60_000;
/** Of a manifest, an index or a token. */
const maxBodyBytes = 4 * 1024 * 1024;

/** HTTP to registries, by host: TLS, and plain HTTP where that is allowed and nothing else answers. */
export class RegistryConnection implements AsyncDisposable {
  readonly #options: RegistryConnectionOptions;
  readonly #agent: Agent;
  readonly #careless: Agent;
  /** What an insecure registry turned out to speak. */
  readonly #schemes = new Map<string, 'http' | 'https'>();

  constructor(options: RegistryConnectionOptions) {
    this.#options = options;
    const { timeoutMs = 15_000, certificateAuthority: own } = options;
    const timeouts = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
    const connect = { timeout: timeoutMs };
    this.#agent = new Agent({
      ...timeouts,
      connect: { ...connect, ...(own === undefined ? {} : { ca: [...getCACertificates(), own] }) },
    });
    this.#careless = new Agent({ ...timeouts, connect: { ...connect, rejectUnauthorized: false } });
  }

  /** Rejects with `not_ready` where no answer comes. */
  async send(host: string, request: RegistryRequest): Promise<RegistryResponse> {
    if (!this.#options.isInsecure(host)) return this.#exchange(this.#agent, 'https', host, request);
    const known = this.#schemes.get(host);
    if (known !== undefined) return this.#exchange(this.#careless, known, host, request);
    return this.#find(host, request);
  }

  /** Any URL, such as that of a token service; the registry's own rules about certificates hold for it. */
  async get(
    url: URL,
    host: string,
    request: Omit<RegistryRequest, 'path' | 'method'>,
  ): Promise<RegistryResponse> {
    const careless = this.#options.isInsecure(host);
    if (url.protocol === 'http:' && !careless)
      throw new PlatformError('forbidden', `The registry ${host} asks for credentials over plain HTTP.`);
    const agent = careless ? this.#careless : this.#agent;
    const path = `${url.pathname}${url.search}`;
    const scheme = url.protocol === 'http:' ? 'http' : 'https';
    return this.#exchange(agent, scheme, url.host, { ...request, path, method: 'GET' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#agent.destroy(), this.#careless.destroy()]);
  }

  async #find(host: string, request: RegistryRequest): Promise<RegistryResponse> {
    for (const scheme of ['https', 'http'] as const) {
      try {
        const response = await this.#exchange(this.#careless, scheme, host, request);
        this.#schemes.set(host, scheme);
        return response;
      } catch (error) {
        if (scheme === 'http' || request.signal.aborted) throw error;
      }
    }
    throw new PlatformError('internal', 'unreachable');
  }

  async #exchange(
    agent: Agent,
    scheme: string,
    host: string,
    { method, path, headers, body, signal }: RegistryRequest,
  ): Promise<RegistryResponse> {
    const sent = body === undefined ? {} : { body, headersTimeout: sendTimeoutMs };
    try {
      const origin = `${scheme}://${host}`;
      const response = await agent.request({ origin, path, method, headers, signal, ...sent });
      const { statusCode: status, headers: answered } = response;
      return { status, headers: answered, body: await readBody(response.body) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PlatformError) throw error;
      throw new PlatformError('not_ready', `The registry ${host} does not answer: ${errorMessage(error)}.`, {
        cause: error,
      });
    }
  }
}

async function readBody(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new PlatformError('response_too_large', 'The registry sends too much.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
