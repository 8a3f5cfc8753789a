import { createReadStream } from 'node:fs';
import type { Agent, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { RegistryReference } from '../oci/reference.ts';

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
  body?: { file: string; size: number } | Buffer;
}

// An import of it as an ES module evaluates all that it exports, and that loads a second HTTP client: 90 ms. TLS is another 10 ms.
const http = process.getBuiltinModule('node:http');
const https = () => process.getBuiltinModule('node:https');

const timeoutMs = 10_000;
const maxBodyBytes = 4 * 1024 * 1024;

/**
 * A registry over few connections that stay open, for the requests that a build makes most: an exchange takes a
 * millisecond where starting skopeo takes fifty. It knows neither token services nor redirects; those are skopeo's.
 */
export class RegistrySession implements Disposable {
  readonly #options: SessionOptions;
  readonly #agent: Agent;
  readonly #origin: URL;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#origin = new URL(`${options.insecure ? 'http' : 'https'}://${hostOf(options.registry)}`);
    const connections = { keepAlive: true, maxSockets: 4 };
    this.#agent = options.insecure ? new http.Agent(connections) : new (https().Agent)(connections);
  }

  get registry(): string {
    return this.#options.registry;
  }

  /** Rejects when no answer comes. */
  async send({ method, path, headers = {}, body }: SessionRequest): Promise<Answer> {
    const { insecure, auth, signal } = this.#options;
    const length = body === undefined ? 0 : Buffer.isBuffer(body) ? body.length : body.size;
    const authorization: Record<string, string> =
      auth === undefined ? {} : { authorization: `Basic ${auth}` };
    const { request: start } = insecure ? http : https();
    const request = start(new URL(path, this.#origin), {
      method,
      agent: this.#agent,
      headers: { ...headers, ...authorization, 'content-length': length },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', reject);
    });
    if (body === undefined || Buffer.isBuffer(body)) request.end(body);
    else
      createReadStream(body.file)
        .on('error', (error) => request.destroy(error))
        .pipe(request);
    const answer = await response;
    return {
      status: answer.statusCode ?? 0,
      location: this.#pathOf(answer.headers.location),
      body: await readBody(answer),
    };
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
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

async function readBody(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error('the answer of the registry is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const repositoryPath = ({ repository }: RegistryReference): string => `/v2/${repository}`;
