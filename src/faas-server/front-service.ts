import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { CallBroker } from './calls/call-broker.ts';
import type { FaasServerConfig } from './config.ts';
import { drain } from './drain.ts';
import type { FrontOptions } from './front/front-options.ts';
import { createFront } from './front/front-server.ts';
import type { IdSource } from './front/request-id.ts';

export interface FrontServiceOptions {
  config: Pick<FaasServerConfig, 'host' | 'port' | 'cors' | 'front' | 'drain'>;
  broker: CallBroker;
  reserved: FrontOptions['reserved'];
  /** Kills the calls of this front. */
  killCalls: () => void;
  ids: IdSource;
  clock: Clock;
  log: Logger;
}

/** The HTTP front of one process: listens, and ends in good order. */
export class FrontService {
  readonly #options: FrontServiceOptions;
  readonly #server: Server;
  #refusing = false;
  #inFlight = 0;
  #idle = Promise.withResolvers<void>();

  constructor(options: FrontServiceOptions) {
    const { config, broker, reserved, ids, clock, log } = options;
    this.#options = options;
    this.#server = createFront({
      broker,
      clock,
      log,
      ids,
      cors: config.cors,
      limits: config.front,
      reserved,
      draining: () => this.#refusing,
    });
    this.#server.on('request', (_request, response) => this.#count(response));
    this.#server.on('checkContinue', (_request, response) => this.#count(response));
  }

  /** Resolves with the port. */
  async listen(): Promise<number> {
    const { host, port } = this.#options.config;
    this.#server.listen({ host, port });
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops taking calls, see drain(). Resolves when no connection is left. */
  async drain(): Promise<void> {
    const { config, clock, killCalls } = this.#options;
    await drain({
      server: this.#server,
      config: config.drain,
      clock,
      refuseCalls: () => {
        this.#refusing = true;
      },
      killCalls,
      idle: () => this.#whenIdle(),
    });
  }

  #count(response: { once(event: 'close', listener: () => void): unknown }): void {
    this.#inFlight += 1;
    response.once('close', () => {
      this.#inFlight -= 1;
      if (this.#inFlight > 0) return;
      this.#idle.resolve();
      this.#idle = Promise.withResolvers();
    });
  }

  #whenIdle(): Promise<void> {
    return this.#inFlight === 0 ? Promise.resolve() : this.#idle.promise;
  }
}
