import type { Registry } from 'prom-client';
import type { KontainerDriver } from '../kontainer/kontainer.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { Admission } from './admission/admission.ts';
import type { CallObserver, FinishedCall } from './calls/call-output.ts';
import { LocalBroker } from './calls/local-broker.ts';
import type { FaasServerConfig } from './config.ts';
import type { FunctionSource, FunctionVersion } from './functions/function-source.ts';
import { FunctionTable } from './functions/function-table.ts';
import { IdleSweep, leastRecentlyUsed } from './functions/idle-sweep.ts';
import { loggedFunctions } from './logs/sweep-logs.ts';
import { isFunctionName, isNamespaceName } from '../api/object-names.ts';
import { RouteTable } from './routes/route-table.ts';
import { FunctionLogs } from './logs/function-logs.ts';
import { CallMetrics } from './metrics/call-metrics.ts';
import { registerNodeMetrics } from './metrics/node-metrics.ts';

export interface DataPlaneOptions {
  config: FaasServerConfig;
  source: FunctionSource;
  driver: KontainerDriver;
  registry: Registry;
  /** Learns of every call besides the metrics. */
  observe: CallObserver;
  clock: Clock;
  log: Logger;
}

/** Everything that exists once per node: functions, templates, budget, logs, metrics. Owns no socket. */
export class DataPlane implements AsyncDisposable {
  readonly broker: LocalBroker;
  readonly table: FunctionTable;
  readonly routes = new RouteTable();
  readonly logs: FunctionLogs;
  readonly #admission: Admission;
  readonly #options: DataPlaneOptions;
  readonly #metrics: CallMetrics;
  #sweep: IdleSweep | undefined;
  #loaded = false;

  constructor(options: DataPlaneOptions) {
    const { config, source, driver, registry, clock, log } = options;
    this.#options = options;
    this.#metrics = new CallMetrics([registry], config.metricsFunctions);
    this.logs = new FunctionLogs({ root: config.root, ...config.logs, clock, log });
    const deleted = (namespace: string, name: string): void => this.#deleted(namespace, name);
    const changed = ({ namespace, name, routes: document }: FunctionVersion): void =>
      this.routes.set({ namespace, name, document });
    this.table = new FunctionTable({ source, driver, clock, log, changed, deleted });
    this.#admission = new Admission(config.admission);
    this.broker = new LocalBroker({
      table: this.table,
      admission: this.#admission,
      output: this.logs,
      observe: (call) => {
        this.#metrics.observe(this.#stillThere(call));
        options.observe(call);
      },
      clock,
    });
    registerNodeMetrics({
      registry,
      table: this.table,
      admission: this.#admission,
      running: () => this.broker.running,
    });
  }

  /** All functions on disk are known. */
  get loaded(): boolean {
    return this.#loaded;
  }

  async start(): Promise<void> {
    const { config, clock } = this.#options;
    await this.table.start();
    this.#loaded = true;
    await this.#sweepLogs();
    const swept = (bytes: number): void => this.#balance(bytes);
    this.#sweep = new IdleSweep({ table: this.table, clock, intervalMs: config.sweepMs, swept });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sweep?.[Symbol.dispose]();
    this.broker.killAll();
    await this.broker.idle();
    await this.table[Symbol.asyncDispose]();
    await this.logs[Symbol.asyncDispose]();
  }

  /** Templates and calls share the memory budget; when calls have to wait for it, idle templates go. */
  #balance(templates: number): void {
    const { memoryBytes } = this.#options.config.admission;
    const missing = Math.max(this.#admission.missingBytes, templates - memoryBytes / 2);
    for (const active of leastRecentlyUsed(this.table, missing)) void this.table.drop(active);
    this.#admission.setMemoryBytes(Math.max(memoryBytes / 4, memoryBytes - templates));
  }

  /** Functions that were deleted while this server did not run. */
  async #sweepLogs(): Promise<void> {
    const logged = await loggedFunctions(this.#options.config.root);
    for (const [namespace, name] of logged) {
      const known = this.table.has(namespace, name);
      if (!known && isNamespaceName(namespace) && isFunctionName(name))
        await this.logs.remove(namespace, name);
    }
  }

  /** The last calls of a function that was deleted meanwhile do not bring its series back. */
  #stillThere(call: FinishedCall): FinishedCall {
    const { namespace, name } = call;
    const there = namespace !== null && name !== null && this.table.has(namespace, name);
    return there ? call : { ...call, namespace: null, name: null };
  }

  #deleted(namespace: string, name: string): void {
    this.routes.delete({ namespace, name });
    this.#metrics.remove(namespace, name);
    void this.logs.remove(namespace, name);
  }
}
