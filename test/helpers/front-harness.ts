import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { Admission, type AdmissionLimits } from '../../src/faas-server/admission/admission.ts';
import type { CallIdentity, FinishedCall } from '../../src/faas-server/calls/call-output.ts';
import { CredentialCheck } from '../../src/faas-server/auth/credential-check.ts';
import { PasswordThread } from '../../src/faas-server/auth/password-thread.ts';
import { LocalBroker } from '../../src/faas-server/calls/local-broker.ts';
import type { FrontLimits, FrontOptions } from '../../src/faas-server/front/front-options.ts';
import { createFront } from '../../src/faas-server/front/front-server.ts';
import { FunctionTable } from '../../src/faas-server/functions/function-table.ts';
import { RouteTable } from '../../src/faas-server/routes/route-table.ts';
import type { KontainerSpec } from '../../src/kontainer/spec.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { InlineDriver, type InlineFunction } from './inline-driver.ts';
import { kontainerSpec } from './kontainer-spec.ts';
import { MemorySource } from './memory-source.ts';

export const frontLimits: FrontLimits = {
  headerBytes: 32 * 1024,
  bodyBytes: 1024 * 1024,
  headersTimeoutMs: 30_000,
  keepAliveTimeoutMs: 5000,
  connections: 1000,
  pipelined: 8,
  linger: { ms: 200, bytes: 1024 * 1024 },
  exchange: { responseHeadBytes: 64 * 1024, documentBytes: 1024 * 1024 },
};

export interface HarnessOptions {
  /** By name; each is deployed as `default/<name>`. */
  functions: Record<string, InlineFunction>;
  spec?: Partial<KontainerSpec>;
  limits?: Partial<FrontLimits>;
  admission?: Partial<AdmissionLimits>;
  front?: Partial<FrontOptions>;
}

/** The HTTP front with a real table, admission and broker, over Kontainers that are callbacks of the test. */
export class FrontHarness {
  readonly driver: InlineDriver;
  readonly source: MemorySource;
  readonly table: FunctionTable;
  readonly admission: Admission;
  readonly routes = new RouteTable();
  readonly finished: FinishedCall[] = [];
  readonly printed: { call: CallIdentity; stream: string; text: string }[] = [];
  readonly server: Server;
  readonly broker: LocalBroker;
  readonly #passwords = new PasswordThread();
  draining = false;

  private constructor(options: HarnessOptions) {
    const specs = Object.keys(options.functions).map((name) =>
      kontainerSpec({ name, args: [name], ...options.spec }),
    );
    this.driver = new InlineDriver(options.functions);
    this.source = new MemorySource(specs);
    this.table = new FunctionTable({
      source: this.source,
      driver: this.driver,
      clock: systemClock,
      log: silentLogger,
      changed: ({ namespace, name, routes: document }) => this.routes.set({ namespace, name, document }),
      deleted: (namespace, name) => this.routes.delete({ namespace, name }),
    });
    this.admission = new Admission({
      memoryBytes: 1024 ** 3,
      cpuMillis: 64_000,
      queuePerFunction: 10,
      queueTotal: 20,
      ...options.admission,
    });
    this.broker = this.#broker();
    this.server = createFront({
      broker: this.broker,
      routes: this.routes,
      credentials: new CredentialCheck({ verify: this.#passwords.verify, secret: randomUUID() }),
      tlsPort: () => undefined,
      clock: systemClock,
      log: silentLogger,
      ids: { uuid: randomUUID },
      cors: { enabled: true, except: [] },
      limits: { ...frontLimits, ...options.limits },
      reserved: (path) => Promise.resolve({ status: 200, contentType: 'text/plain', body: `server ${path}` }),
      draining: () => this.draining,
      ...options.front,
    });
  }

  static async start(options: HarnessOptions): Promise<FrontHarness> {
    const harness = new FrontHarness(options);
    await harness.table.start();
    harness.server.listen(0, '127.0.0.1');
    await once(harness.server, 'listening');
    return harness;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Waits until `count` calls are over and returns the last of them. */
  async over(count = 1): Promise<FinishedCall> {
    while (this.finished.length < count) await systemClock.sleep(2);
    return this.finished[count - 1]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await this.table[Symbol.asyncDispose]();
    await this.driver[Symbol.asyncDispose]();
    await this.#passwords[Symbol.asyncDispose]();
  }

  #broker(): LocalBroker {
    return new LocalBroker({
      table: this.table,
      admission: this.admission,
      clock: systemClock,
      output: {
        write: (call, stream, chunk) => void this.printed.push({ call, stream, text: chunk.toString() }),
        end: () => undefined,
      },
      observe: (call) => void this.finished.push(call),
    });
  }
}
