import type { Informer } from './informer.ts';
import { keyOf, type KubeObject } from './objects.ts';

/** What tells a controller which keys to look at. */
export interface ControllerSource {
  /** From now on calls `enqueue` for all that exists and for every change. Returns the way to end that. */
  start(enqueue: (key: string) => void): () => void;
  /** Resolves once everything that exists was enqueued. */
  synced(): Promise<void>;
}

/** Every object of `informer` as its own key, or as the keys that `keysOf` makes of it, such as its owner's. */
export function informerSource<T extends KubeObject>(
  informer: Informer<T>,
  keysOf: (object: T) => readonly string[] = (object) => [keyOf(object)],
): ControllerSource {
  return {
    synced: () => informer.synced,
    start: (enqueue) =>
      informer.subscribe((change) => {
        const before = change.type === 'modified' ? keysOf(change.previous) : [];
        // An object that changed hands concerns both.
        for (const key of new Set([...before, ...keysOf(change.object)])) enqueue(key);
      }),
  };
}
