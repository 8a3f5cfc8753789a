import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ReconcileFailure } from '../../kube/reconcile-failure.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorCatalogue } from '../../lib/error-catalogue.ts';
import { PlatformError, toPlatformError } from '../../lib/errors.ts';
import { closeServer, listenOn, portOf } from '../../lib/http/listen-address.ts';
import type { Logger } from '../../lib/log.ts';
import {
  openSourceRepository,
  type SourceRegistryOptions,
  type SourceRepository,
} from './source-registry.ts';
import { findSource } from './find-source.ts';
import { storeSource } from './store-source.ts';
import { builtin } from '../../lib/builtin.ts';

const { createServer } = builtin('node:http');

export interface SourceListenerOptions extends SourceRegistryOptions {
  /** `HOST:PORT`, or the path of a Unix socket that only its owner may open. */
  address: string;
  clock: Pick<Clock, 'now'>;
  log: Logger;
}

const maxConnections = 64;
/** A client that sends nothing for so long is gone. */
const silenceMs = 60_000;

const path = /^\/sources\/([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\/([0-9a-f]{64})(?:\?held=([0-9a-f]{64}))?$/;

/**
 * Takes sources that are too large for an object: `GET` and `PUT /sources/<namespace>/<sha256>`, answered with the reference of
 * the artifact in the registry; `?held=<digest in hexadecimal>` says which one the Function has already. Every replica can, whoever leads. There is no authentication: whoever may reach it through the
 * Kubernetes API's pods/proxy may. Nothing is kept here, and nothing that is there is overwritten, as its name is its digest.
 */
export class SourceListener implements AsyncDisposable {
  readonly #options: SourceListenerOptions;
  readonly #server: Server;
  readonly #stop = new AbortController();

  constructor(options: SourceListenerOptions) {
    this.#options = options;
    this.#server = createServer(
      { requestTimeout: 0 },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.maxConnections = maxConnections;
    this.#server.setTimeout(silenceMs);
  }

  listen(): Promise<void> {
    return listenOn(this.#server, this.#options.address, 'KONTAIN_SOURCES_ADDRESS');
  }

  /** Port of `HOST:0`. */
  get port(): number {
    return portOf(this.#server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await closeServer(this.#server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = await this.#answer(request, response);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } catch (error) {
      this.#fail(error, response);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<object> {
    const [, namespace, sha256, held] = path.exec(request.url ?? '') ?? [];
    if (namespace === undefined || sha256 === undefined)
      throw new PlatformError('not_found', 'Sources are at /sources/<namespace>/<sha256 of the content>.');
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, this.#stop.signal]);
    await using repository = await openSourceRepository(this.#options, namespace, signal);
    const image = await findSource(repository, { sha256, held, now: this.#options.clock.now() });
    const { limitBytes } = repository;
    if (image !== undefined || request.method === 'GET') return { image: image ?? null, limitBytes };
    if (request.method !== 'PUT') throw new PlatformError('method_not_allowed', 'Send sources with PUT.');
    return { image: await this.#store(repository, { sha256, namespace, request }), limitBytes };
  }

  async #store(
    repository: SourceRepository,
    { sha256, namespace, request }: { sha256: string; namespace: string; request: IncomingMessage },
  ): Promise<string> {
    const { clock, log } = this.#options;
    const size = Number(request.headers['content-length'] ?? 'none');
    if (!Number.isSafeInteger(size))
      throw new PlatformError('bad_request', 'The length of the source is not told.', {
        hint: 'Send a Content-Length.',
      });
    const image = await storeSource(repository, { sha256, size, body: request, now: clock.now() });
    log.info({ namespace, sha256, size }, 'source stored');
    return image;
  }

  /** As a Status, so that clients of the Kubernetes API show its message. */
  #fail(error: unknown, response: ServerResponse): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const expected = error instanceof ReconcileFailure;
    const { code, message, hint } = toPlatformError(error, expected ? 'not_ready' : 'internal');
    if (code === 'internal') this.#options.log.error({ err: error }, 'source not stored');
    const { status } = errorCatalogue[code];
    const said = hint === undefined ? message : `${message} ${hint}`;
    const text = code === 'internal' ? 'The source is not stored; see the log of function-controller.' : said;
    const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: text, code: status };
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  }
}
