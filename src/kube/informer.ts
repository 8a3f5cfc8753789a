import type { Logger } from '../lib/log.ts';
import { ListWatch, type ListWatchTarget } from './list-watch.ts';
import { ObjectStore, type Change } from './object-store.ts';
import { formatKey, type KubeObject, type ObjectRef } from './objects.ts';
import { resourceName } from './resource.ts';

export type InformerOptions<T extends KubeObject> = ListWatchTarget<T>;

export type ChangeHandler<T extends KubeObject> = (change: Change<T>) => void;

/**
 * A local copy of the objects of one kind that follows the API server through everything short of a stop: drops,
 * silence, expired versions, garbage, restarts. Objects are shared: read them, never change them.
 */
export class Informer<T extends KubeObject> implements AsyncDisposable {
  readonly #log: Logger;
  readonly #store = new ObjectStore<T>();
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #listWatch: ListWatch<T>;
  readonly #stop = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;

  constructor(options: InformerOptions<T>) {
    this.#log = options.log.child({ resource: resourceName(options.resource) });
    this.#listWatch = new ListWatch({
      ...options,
      log: this.#log,
      onList: (objects) => {
        this.#publish(this.#store.replace(objects.map(withoutManagedFields)));
        this.#synced.resolve();
      },
      onEvent: ({ type, object }) => {
        const own = withoutManagedFields(object);
        this.#publish(type === 'DELETED' ? this.#store.delete(own) : this.#store.set(own));
      },
    });
    // Whoever waits sees the rejection; nobody has to wait.
    this.#synced.promise.catch(() => undefined);
  }

  /** Call it once. */
  start(): void {
    this.#running ??= this.#listWatch.run(this.#stop.signal);
  }

  /** Resolves after the first complete list; rejects if the informer is stopped before. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get(ref: ObjectRef): T | undefined {
    return this.#store.get(formatKey(ref));
  }

  list(): T[] {
    return this.#store.list();
  }

  /** Milliseconds since the epoch of the last list, event, bookmark or accepted watch; 0 before the first. */
  lastSignOfLife(): number {
    return this.#listWatch.lastSignOfLife;
  }

  /** `handler` gets every object known by now as `added`, then every change. Returns the way to end that. */
  subscribe(handler: ChangeHandler<T>): () => void {
    this.#handlers.add(handler);
    for (const object of this.#store.list()) this.#tell(handler, { type: 'added', object });
    return () => this.#handlers.delete(handler);
  }

  #publish(changes: readonly Change<T>[]): void {
    for (const change of changes) for (const handler of this.#handlers) this.#tell(handler, change);
  }

  /** A handler's defect must not end the watch that others depend on. */
  #tell(handler: ChangeHandler<T>, change: Change<T>): void {
    try {
      handler(change);
    } catch (error) {
      this.#log.error({ err: error, change: change.type }, 'a handler of an informer failed');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#synced.reject(this.#stop.signal.reason);
    await this.#running;
  }
}

/** Half of an object's size, and only server-side apply reads it. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (!('managedFields' in object.metadata)) return object;
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { managedFields: unknown };
  return { ...object, metadata };
}
