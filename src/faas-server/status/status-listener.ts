import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { errorCatalogue } from '../../lib/error-catalogue.ts';
import { PlatformError, toPlatformError } from '../../lib/errors.ts';
import { closeServer, listenOn, portOf } from '../../lib/http/listen-address.ts';
import type { Logger } from '../../lib/log.ts';
import type { FrontOptions } from '../front/front-options.ts';
import type { FunctionLogs } from '../logs/function-logs.ts';
import type { ReservedPath } from '../routes/route.ts';
import { parseLogQuery, type LogQuery } from './log-query.ts';
import { openLogStream } from './log-stream.ts';
import { builtin } from '../../lib/builtin.ts';

const { createServer } = builtin('node:http');

export interface StatusListenerOptions {
  /** `HOST:PORT`, or the path of a Unix socket that only its owner may open. */
  address: string;
  pages: FrontOptions['reserved'];
  logs: Pick<FunctionLogs, 'open'>;
  log: Logger;
}

const reserved: readonly string[] = ['/healthz', '/readyz', '/metrics'] satisfies ReservedPath[];
const maxConnections = 256;

/**
 * The status pages once more, and what functions print, apart from the address of the calls: logs are for operators and not
 * for callers. There is no authentication, so nobody but them may reach the address; the Kubernetes API's proxy leads to it.
 */
export class StatusListener implements AsyncDisposable {
  readonly #options: StatusListenerOptions;
  readonly #server: Server;
  readonly #stop = new AbortController();

  constructor(options: StatusListenerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.maxConnections = maxConnections;
  }

  async listen(): Promise<void> {
    await listenOn(this.#server, this.#options.address, 'the status address');
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
      if (request.method !== 'GET' && request.method !== 'HEAD')
        throw new PlatformError('method_not_allowed', 'the status can only be read');
      await this.#answer(new URL(request.url ?? '', 'http://status'), response);
    } catch (error) {
      this.#fail(error, response);
    }
  }

  async #answer(url: URL, response: ServerResponse): Promise<void> {
    const query = parseLogQuery(url);
    if (query !== undefined) return this.#sendLogs(query, response);
    if (!isReserved(url.pathname)) throw new PlatformError('not_found', 'there is no such page');
    const { status, contentType, body } = await this.#options.pages(url.pathname);
    response.writeHead(status, { 'content-type': contentType }).end(body);
  }

  async #sendLogs(query: LogQuery, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, this.#stop.signal]);
    await using stream = await openLogStream(this.#options.logs, query, signal);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders();
    await pipeline(stream.lines, response);
  }

  #fail(error: unknown, response: ServerResponse): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const { code, message } = toPlatformError(error);
    if (code === 'internal') this.#options.log.error({ err: error }, 'status page failed');
    const body = JSON.stringify({ code, reason: code === 'internal' ? 'see the log' : message });
    response.writeHead(errorCatalogue[code].status, { 'content-type': 'application/json' }).end(`${body}\n`);
  }
}

function isReserved(path: string): path is ReservedPath {
  return reserved.includes(path);
}
