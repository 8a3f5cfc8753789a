import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { CredentialCheck } from './auth/credential-check.ts';
import { PasswordThread } from './auth/password-thread.ts';
import type { CallBroker } from './calls/call-broker.ts';
import type { FaasServerConfig } from './config.ts';
import { drain } from './drain.ts';
import type { FrontOptions } from './front/front-options.ts';
import { Certificates } from './front/certificates.ts';
import { createFront, createTlsFront } from './front/front-server.ts';
import type { IdSource } from './front/request-id.ts';
import type { RouteTable } from './routes/route-table.ts';

export interface FrontServiceOptions {
  config: Pick<FaasServerConfig, 'host' | 'port' | 'tlsPort' | 'cors' | 'front' | 'drain'>;
  broker: CallBroker;
  routes: RouteTable;
  reserved: FrontOptions['reserved'];
  /** Kills the calls of this front. */
  killCalls: () => void;
  ids: IdSource;
  clock: Clock;
  log: Logger;
}

export interface Ports {
  port: number;
  /** Undefined where TLS is off. */
  tlsPort: number | undefined;
}

async function listening(server: Server, at: { host: string; port: number | undefined }): Promise<number> {
  server.listen(at);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The HTTP front of one process: listens, and ends in good order. */
export class FrontService {
  readonly #options: FrontServiceOptions;
  readonly #servers: { plain: Server; tls: Server | undefined };
  readonly #passwords = new PasswordThread();
  #ports: Ports | undefined;
  #refusing = false;
  #inFlight = 0;
  #idle = Promise.withResolvers<void>();

  constructor(options: FrontServiceOptions) {
    const { config, broker, routes, reserved, ids, clock, log } = options;
    this.#options = options;
    const credentials = new CredentialCheck({ verify: this.#passwords.verify, secret: ids.uuid() });
    const front: FrontOptions = {
      broker,
      routes,
      credentials,
      tlsPort: () => this.#ports?.tlsPort,
      clock,
      log,
      ids,
      cors: config.cors,
      limits: config.front,
      reserved,
      draining: () => this.#refusing,
    };
    const tls =
      config.tlsPort === undefined ? undefined : createTlsFront(front, new Certificates(routes, log));
    this.#servers = { plain: createFront(front), tls };
    for (const server of this.#all) {
      server.on('request', (_request, response) => this.#count(response));
      server.on('checkContinue', (_request, response) => this.#count(response));
    }
  }

  async listen(): Promise<Ports> {
    const { host, port, tlsPort } = this.#options.config;
    const { plain, tls } = this.#servers;
    const securely = tls === undefined ? undefined : await listening(tls, { host, port: tlsPort });
    this.#ports = { port: await listening(plain, { host, port }), tlsPort: securely };
    return this.#ports;
  }

  get #all(): Server[] {
    const { plain, tls } = this.#servers;
    return tls === undefined ? [plain] : [plain, tls];
  }

  /** Stops taking calls, see drain(). Resolves when no connection is left. */
  async drain(): Promise<void> {
    const { config, clock, killCalls } = this.#options;
    await drain({
      servers: this.#all,
      config: config.drain,
      clock,
      refuseCalls: () => {
        this.#refusing = true;
      },
      killCalls,
      idle: () => this.#whenIdle(),
    });
    await this.#passwords[Symbol.asyncDispose]();
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
