import { connect, isIP, type Socket } from 'node:net';
import { KeyedSemaphore } from '../lib/keyed-semaphore.ts';
import { headerValues } from '../lib/http/raw-headers.ts';
import type { RegistryReference } from '../oci/reference.ts';
import { exchange, type MessageBody } from './registry-socket.ts';

export interface SessionOptions {
  registry: string;
  /** Speaks plain HTTP, as skopeo does in the end for an insecure registry. */
  insecure: boolean;
  /** base64 of `user:password`. */
  auth: string | undefined;
  signal: AbortSignal;
}

export interface Answer {
  status: number;
  location: string | undefined;
  body: Buffer;
}

export interface SessionRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the root of the server. */
  path: string;
  headers?: Record<string, string>;
  body?: MessageBody;
}

const timeoutMs = 10_000;
const maxConnections = 4;

/**
 * A registry over few connections that stay open, for the requests that a build makes most: an exchange takes a
 * millisecond where starting skopeo takes fifty. It knows neither token services nor redirects; those are skopeo's.
 */
export class RegistrySession implements Disposable {
  readonly #options: SessionOptions;
  readonly #origin: URL;
  readonly #idle: Socket[] = [];
  readonly #open = new Set<Socket>();
  readonly #turns = new KeyedSemaphore(maxConnections);

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#origin = new URL(`${options.insecure ? 'http' : 'https'}://${hostOf(options.registry)}`);
  }

  get registry(): string {
    return this.#options.registry;
  }

  /** Rejects when no answer comes. */
  async send({ method, path, headers = {}, body }: SessionRequest): Promise<Answer> {
    const { auth } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(timeoutMs)]);
    const authorization: Record<string, string> =
      auth === undefined ? {} : { authorization: `Basic ${auth}` };
    const fields = { host: this.#origin.host, ...headers, ...authorization };
    const reply = await this.#turns.run('', signal, async () => {
      const socket = this.#takeIdle() ?? this.#connect();
      const got = await exchange(socket, { method, path, headers: fields, body }, signal);
      if (got.isReusable) this.#idle.push(socket);
      else socket.destroy();
      return got;
    });
    const [location] = headerValues(reply.headers, 'location');
    return { status: reply.status, location: this.#pathOf(location), body: reply.body };
  }

  [Symbol.dispose](): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** One that ended meanwhile would never answer. */
  #takeIdle(): Socket | undefined {
    for (;;) {
      const socket = this.#idle.pop();
      if (socket === undefined || socket.writable) return socket;
    }
  }

  #connect(): Socket {
    const { hostname, port, protocol } = this.#origin;
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket =
      protocol === 'http:'
        ? connect({ host, port: Number(port || 80) })
        : // Loading it takes 10 ms.
          process
            .getBuiltinModule('node:tls')
            .connect({ host, port: Number(port || 443), servername: isIP(host) ? '' : host });
    this.#open.add(socket);
    // Between two exchanges nobody else listens.
    socket.on('error', () => undefined);
    socket.setNoDelay();
    return socket;
  }

  /** Undefined for one that leads elsewhere: what is sent is for this registry only. */
  #pathOf(location: string | undefined): string | undefined {
    if (location === undefined) return undefined;
    const target = new URL(location, this.#origin);
    return target.host === this.#origin.host ? `${target.pathname}${target.search}` : undefined;
  }
}

/** Docker Hub's API has another name than its images. */
function hostOf(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

export const repositoryPath = ({ repository }: RegistryReference): string => `/v2/${repository}`;
