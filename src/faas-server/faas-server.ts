import type { Registry } from 'prom-client';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { DataPlane } from './data-plane.ts';
import { sharedPage } from './metrics/shared-page.ts';
import { statusPages } from './status/status-pages.ts';
import { StatusListener } from './status/status-listener.ts';
import type { Ports } from './front-service.ts';
import type { Fronts, FrontsOptions } from './single-process.ts';
import type { FrontOptions } from './front/front-options.ts';

export interface FaasServerOptions {
  plane: DataPlane;
  /** Rejects with why Kontainers cannot be started here. */
  checkDriver: () => Promise<void>;
  metrics: Pick<Registry, 'contentType' | 'metrics'>;
  makeFronts: (reserved: FrontsOptions['reserved']) => Fronts;
  /** Where operators find the status and the functions' logs; undefined for nowhere. */
  statusAddress: string | undefined;
  clock: Clock;
  log: Logger;
}

/** The data plane with its HTTP fronts: start, serve, drain, stop. */
export class FaasServer implements AsyncDisposable {
  readonly #options: FaasServerOptions;
  readonly #fronts: Fronts;
  readonly #status: StatusListener | undefined;
  #draining = false;

  constructor(options: FaasServerOptions) {
    this.#options = options;
    const pages = this.#pages();
    this.#fronts = options.makeFronts(pages);
    const { statusAddress: address, plane, log } = options;
    if (address !== undefined) this.#status = new StatusListener({ address, pages, logs: plane.logs, log });
  }

  /** Calls are taken at once: those of functions that are not known yet are 404, see /readyz. */
  async start(): Promise<Ports> {
    await this.#options.plane.start();
    await this.#status?.listen();
    return this.#fronts.listen();
  }

  /** Ends in good order: not ready, calls in flight finish, everything is freed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#draining = true;
    await this.#fronts.drain();
    await this.#status?.[Symbol.asyncDispose]();
    await this.#options.plane[Symbol.asyncDispose]();
  }

  #pages(): FrontOptions['reserved'] {
    const { metrics, clock } = this.#options;
    const { contentType } = metrics;
    const page = sharedPage(() => metrics.metrics(), clock);
    return statusPages({ metrics: { contentType, metrics: page }, notReady: () => this.#notReady() });
  }

  async #notReady(): Promise<string | undefined> {
    if (this.#draining) return 'draining';
    if (!this.#options.plane.loaded) return 'the functions of this node are not loaded yet';
    try {
      await this.#options.checkDriver();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : 'Kontainers cannot be started';
    }
  }
}
