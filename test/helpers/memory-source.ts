import type {
  FunctionListener,
  FunctionSource,
  OpenFunction,
} from '../../src/faas-server/functions/function-source.ts';
import type { KontainerSpec } from '../../src/kontainer/spec.ts';
import { PlatformError } from '../../src/lib/errors.ts';

interface Stored {
  spec: KontainerSpec;
  version: string;
}

/** Functions in memory, for tests of what is above the bundles on disk. */
export class MemorySource implements FunctionSource {
  readonly #functions = new Map<string, Stored>();
  #listener: FunctionListener | undefined;
  #versions = 0;
  /** Opening fails. */
  broken = false;
  /** Opened and not released: `<namespace>/<name>@<version>`. */
  readonly held: string[] = [];

  constructor(specs: KontainerSpec[] = []) {
    for (const spec of specs) this.set(spec);
  }

  set(spec: KontainerSpec): void {
    this.#versions += 1;
    const version = `v${this.#versions}`;
    this.#functions.set(`${spec.namespace}/${spec.name}`, { spec, version });
    this.#listener?.set({ namespace: spec.namespace, name: spec.name, version });
  }

  delete(namespace: string, name: string): void {
    this.#functions.delete(`${namespace}/${name}`);
    this.#listener?.deleted({ namespace, name });
  }

  watch(listener: FunctionListener): Promise<void> {
    this.#listener = listener;
    for (const { spec, version } of this.#functions.values()) {
      listener.set({ namespace: spec.namespace, name: spec.name, version });
    }
    return Promise.resolve();
  }

  open(namespace: string, name: string): Promise<OpenFunction> {
    if (this.broken) return Promise.reject(new PlatformError('not_ready', 'the bundle cannot be read'));
    const found = this.#functions.get(`${namespace}/${name}`);
    if (!found) return Promise.reject(new PlatformError('not_found', 'there is no such function'));
    const lease = `${namespace}/${name}@${found.version}`;
    this.held.push(lease);
    const release = (): Promise<void> => {
      this.held.splice(this.held.indexOf(lease), 1);
      return Promise.resolve();
    };
    return Promise.resolve({ ...found, release });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#listener = undefined;
    return Promise.resolve();
  }
}
