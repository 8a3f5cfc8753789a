import type { IncomingMessage, ServerResponse } from 'node:http';
import { methodNotAllowed } from '../status/refusals.ts';
import type { ApiContext } from '../verbs/api-context.ts';
import type { RequestTarget } from '../http/request-info.ts';
import type { PodPath } from './pod-path.ts';
import { serveLog } from './serve-log.ts';
import { serveProxy, type ProxyTargets } from './serve-proxy.ts';

export interface PodStreamsOptions {
  readonly context: ApiContext;
  /** Of the embedded instance: the agent's logs are in it. */
  readonly home: string;
  readonly targets: ProxyTargets;
}

/** Logs of pods and what their proxies answer, while they are sent. */
export class PodStreams {
  readonly #options: PodStreamsOptions;
  readonly #open = new Set<AbortController>();

  constructor(options: PodStreamsOptions) {
    this.#options = options;
  }

  /** @throws StatusError before anything is sent; a caller that goes, or `stop`, is no error. */
  async serve(
    path: PodPath,
    { query }: RequestTarget,
    { message, response }: { message: IncomingMessage; response: ServerResponse },
  ): Promise<void> {
    if (path.kind === 'log' && message.method !== 'GET') throw methodNotAllowed();
    const controller = new AbortController();
    this.#open.add(controller);
    response.once('close', () => controller.abort());
    const exchange = { ...this.#options, path, query, message, response, signal: controller.signal };
    try {
      await (path.kind === 'log' ? serveLog(exchange) : serveProxy(exchange));
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      response.destroy();
    } finally {
      this.#open.delete(controller);
    }
  }

  /** Ends them all. */
  stop(): void {
    for (const controller of this.#open) controller.abort();
  }
}
