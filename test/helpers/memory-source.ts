import type {
  FunctionListener,
  FunctionSource,
  FunctionVersion,
  OpenFunction,
} from '../../src/faas-server/functions/function-source.ts';
import type { RoutesDocument } from '../../src/kontainer/routes.ts';
import type { KontainerSpec } from '../../src/kontainer/spec.ts';
import { PlatformError } from '../../src/lib/errors.ts';

interface Stored {
  routes: RoutesDocument | undefined;
  spec: KontainerSpec;
  version: string;
}

/** Functions in memory, for tests of what is above the bundles on disk. */
export class MemorySource implements FunctionSource {
  readonly #functions = new Map<string, Stored>();
  #listener: FunctionListener | undefined;
  #versions = 0;
  /** Changes are noticed only by who looks. */
  silent = false;
  /** Opening fails. */
  broken = false;
  /** Opened and not released: `<namespace>/<name>@<version>`. */
  readonly held: string[] = [];

  constructor(specs: KontainerSpec[] = []) {
    for (const spec of specs) this.set(spec);
  }

  set(spec: KontainerSpec, routes?: RoutesDocument): void {
    this.#versions += 1;
    const version = `v${this.#versions}`;
    this.#functions.set(`${spec.namespace}/${spec.name}`, { spec, version, routes });
    if (!this.silent) this.#listener?.set(versionOf({ spec, version, routes }));
  }

  delete(namespace: string, name: string): void {
    this.#functions.delete(`${namespace}/${name}`);
    this.#listener?.deleted({ namespace, name });
  }

  watch(listener: FunctionListener): Promise<void> {
    this.#listener = listener;
    for (const stored of this.#functions.values()) listener.set(versionOf(stored));
    return Promise.resolve();
  }

  look(namespace: string, name: string): Promise<void> {
    const stored = this.#functions.get(`${namespace}/${name}`);
    if (stored) this.#listener?.set(versionOf(stored));
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

function versionOf({ spec: { namespace, name }, version, routes }: Stored): FunctionVersion {
  return { namespace, name, version, ...(routes === undefined ? {} : { routes }) };
}
