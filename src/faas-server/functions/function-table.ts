import type { KontainerDriver } from '../../kontainer/kontainer.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { ActiveFunction } from './active-function.ts';
import { isSameProgram } from '../../oci/paths.ts';
import type { FunctionSource, FunctionVersion } from './function-source.ts';

/** All that a function costs while nobody calls it. */
interface Entry {
  version: string;
  active: ActiveFunction | undefined;
  loading: Promise<ActiveFunction> | undefined;
}

export interface FunctionTableOptions {
  source: FunctionSource;
  driver: KontainerDriver;
  clock: Clock;
  log: Logger;
  /** A function came, or changed in anything. */
  changed?: (version: FunctionVersion) => void;
  /** A function was deleted. */
  deleted?: (namespace: string, name: string) => void;
}

/** The functions of this node. A function's spec and Template exist only while it is in use, see IdleSweep. */
export class FunctionTable {
  readonly #options: FunctionTableOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: FunctionTableOptions) {
    this.#options = options;
  }

  /** Resolves when all functions that are on disk are known. */
  async start(): Promise<void> {
    await this.#options.source.watch({
      set: (version) => this.#set(version),
      deleted: ({ namespace, name }) => this.#delete(namespace, name),
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  has(namespace: string, name: string): boolean {
    return this.#entries.has(`${namespace}/${name}`);
  }

  /** Whether there is such a function by now; its routes are known, too, when this resolves. Never rejects. */
  async look(namespace: string, name: string): Promise<boolean> {
    await this.#options.source.look(namespace, name);
    return this.has(namespace, name);
  }

  /**
   * The current version, counted as in use until its `release`; at once when it is in memory.
   * Rejects with `not_found`, or what opening it failed with.
   */
  use(namespace: string, name: string): ActiveFunction | Promise<ActiveFunction> {
    const entry = this.#entries.get(`${namespace}/${name}`);
    if (!entry) throw new PlatformError('not_found', 'there is no such function');
    if (!entry.active) return this.#loadAndUse(entry, namespace, name);
    entry.active.use();
    return entry.active;
  }

  *active(): Iterable<ActiveFunction> {
    for (const entry of this.#entries.values()) if (entry.active) yield entry.active;
  }

  /** Frees what an idle function holds; its next call loads it again. */
  drop(active: ActiveFunction): Promise<void> {
    const entry = this.#entries.get(`${active.spec.namespace}/${active.spec.name}`);
    if (entry?.active === active) entry.active = undefined;
    return active.retire();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.source[Symbol.asyncDispose]();
    await Promise.all([...this.active()].map((active) => this.drop(active)));
    this.#entries.clear();
  }

  #set(function_: FunctionVersion): void {
    const { namespace, name, version } = function_;
    this.#options.changed?.(function_);
    const key = `${namespace}/${name}`;
    const entry = this.#entries.get(key);
    if (!entry) {
      this.#entries.set(key, { version, active: undefined, loading: undefined });
      return;
    }
    entry.version = version;
    if (entry.active && !isSameProgram(entry.active.version, version)) void this.drop(entry.active);
  }

  #delete(namespace: string, name: string): void {
    const key = `${namespace}/${name}`;
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    if (entry?.active) void entry.active.retire();
    this.#options.deleted?.(namespace, name);
  }

  async #loadAndUse(entry: Entry, namespace: string, name: string): Promise<ActiveFunction> {
    entry.loading ??= this.#load(entry, namespace, name).finally(() => {
      entry.loading = undefined;
    });
    const active = await entry.loading;
    active.use();
    return active;
  }

  async #load(entry: Entry, namespace: string, name: string): Promise<ActiveFunction> {
    for (;;) {
      const { version } = entry;
      const open = await this.#options.source.open(namespace, name);
      // An update that came while the old version was being read: read again.
      if (entry.version !== version && open.version !== entry.version) {
        await open.release();
        continue;
      }
      const active = this.#activate(open);
      // Held until the calls that waited for it have counted themselves.
      active.use();
      setImmediate(() => active.release(this.#options.clock.monotonic()));
      // Deleted meanwhile: it serves the calls that waited for it and goes with the last one.
      if (this.#entries.get(`${namespace}/${name}`) === entry) entry.active = active;
      else void active.retire();
      return active;
    }
  }

  #activate(open: Awaited<ReturnType<FunctionSource['open']>>): ActiveFunction {
    const { driver, clock, log } = this.#options;
    const { namespace, name } = open.spec;
    return new ActiveFunction({
      open,
      template: driver.prepare(open.spec, open.files),
      now: clock.monotonic(),
      failed: (error) => log.error({ err: error, namespace, function: name }, 'function could not be freed'),
    });
  }
}
