import type { Registry } from 'prom-client';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { FrontService } from '../front-service.ts';
import type { PlainAnswer } from '../front/front-options.ts';
import type { IdSource } from '../front/request-id.ts';
import type { ReservedPath } from '../routes/route.ts';
import { RouteTable } from '../routes/route-table.ts';
import type { PrimaryMessage, WorkerEnd } from './messages.ts';
import { sharedPage } from '../metrics/shared-page.ts';
import { Questions } from './questions.ts';
import { RemoteBroker } from './remote-broker.ts';

export interface WorkerProcessOptions {
  channel: WorkerEnd;
  /** This process's own metrics. */
  registry: Registry;
  ids: IdSource;
  clock: Clock;
  log: Logger;
  /** Ends this process. */
  exit: () => void;
}

/** A process that takes calls and asks the primary for Kontainers. Ends when the primary does. */
export class WorkerProcess {
  readonly #options: WorkerProcessOptions;
  readonly #broker: RemoteBroker;
  readonly #routes = new RouteTable();
  readonly #pages = new Questions<PlainAnswer>();
  readonly #metrics: () => Promise<PlainAnswer>;
  #front: FrontService | undefined;

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
    this.#broker = new RemoteBroker(options.channel, options.clock);
    // However often callers ask: it is large, and the channel is also that of their calls.
    this.#metrics = sharedPage(() => this.#ask('/metrics'), options.clock);
  }

  /** The primary says what to serve. */
  start(): void {
    const { channel, exit } = this.#options;
    channel.onMessage((message) => this.#handle(message));
    channel.onClose(exit);
  }

  #handle(message: PrimaryMessage): void {
    if (message.type === 'serve') void this.#serve(message.config);
    else if (message.type === 'routes') for (const change of message.changes) this.#routes.apply(change);
    else if (message.type === 'page') this.#pages.answer(message.ask, message.answer);
    else if (message.type === 'collect') void this.#collect(message.ask);
    else if (message.type === 'drain') void this.#drain();
  }

  async #serve(config: Extract<PrimaryMessage, { type: 'serve' }>['config']): Promise<void> {
    const { channel, ids, clock, log } = this.#options;
    this.#front = new FrontService({
      config,
      broker: this.#broker,
      routes: this.#routes,
      reserved: (path) => this.#page(path),
      killCalls: () => this.#broker.killAll(),
      ids,
      clock,
      log,
    });
    try {
      channel.send({ type: 'listening', ports: await this.#front.listen() });
    } catch (err) {
      log.error({ err }, 'worker cannot listen');
      this.#options.exit();
    }
  }

  #page(path: ReservedPath): Promise<PlainAnswer> {
    return path === '/metrics' ? this.#metrics() : this.#ask(path);
  }

  #ask(path: ReservedPath): Promise<PlainAnswer> {
    return this.#pages.ask((ask) => this.#options.channel.send({ type: 'page', ask, path }));
  }

  async #collect(ask: number): Promise<void> {
    const { channel, registry } = this.#options;
    channel.send({ type: 'metrics', ask, metrics: await registry.getMetricsAsJSON() });
  }

  async #drain(): Promise<void> {
    await this.#front?.drain();
    this.#options.exit();
  }
}
