import { keyOf, type KubeObject } from './objects.ts';

interface Written<T> {
  object: T;
  /** Versions that our own writes have replaced. */
  replaced: Set<string>;
}

/**
 * What this process wrote last: the watch brings it a moment later, and a reconcile that begins in between must not work
 * from the version before its own write.
 */
export class WrittenObjects<T extends KubeObject> {
  readonly #written = new Map<string, Written<T>>();

  /** `object` as the watch has it, or what we made of it since. */
  latest(object: T): T {
    const key = keyOf(object);
    const written = this.#written.get(key);
    if (written === undefined) return object;
    if (written.replaced.has(versionOf(object))) return written.object;
    this.#written.delete(key);
    return object;
  }

  /** Our write made `after` of `before`. */
  wrote(before: T, after: T): T {
    if (versionOf(before) === versionOf(after)) return after;
    const key = keyOf(after);
    const replaced = this.#written.get(key)?.replaced ?? new Set();
    replaced.add(versionOf(before));
    this.#written.set(key, { object: after, replaced });
    return after;
  }

  forget(key: string): void {
    this.#written.delete(key);
  }
}

function versionOf({ metadata }: KubeObject): string {
  return `${metadata.uid ?? ''}/${metadata.resourceVersion ?? ''}`;
}
