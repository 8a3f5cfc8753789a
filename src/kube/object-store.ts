import { keyOf, type KubeObject } from './objects.ts';

export type Change<T extends KubeObject> =
  | { type: 'added'; object: T }
  | { type: 'modified'; object: T; previous: T }
  | { type: 'deleted'; object: T };

/** The objects of one list-watch by key. Each method answers what really changed. */
export class ObjectStore<T extends KubeObject> {
  #objects = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  get size(): number {
    return this.#objects.size;
  }

  set(object: T): Change<T>[] {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    this.#objects.set(key, object);
    return changesBetween(previous, object);
  }

  delete(object: T): Change<T>[] {
    return this.#objects.delete(keyOf(object)) ? [{ type: 'deleted', object }] : [];
  }

  /** What a new list means: deletes that no watch told us about are made up from what is missing. */
  replace(objects: readonly T[]): Change<T>[] {
    const old = this.#objects;
    this.#objects = new Map(objects.map((object) => [keyOf(object), object]));
    const gone = [...old].filter(([key]) => !this.#objects.has(key));
    return [
      ...gone.map(([, object]) => ({ type: 'deleted' as const, object })),
      ...[...this.#objects].flatMap(([key, object]) => changesBetween(old.get(key), object)),
    ];
  }
}

/** Another uid under the same name is another object: its predecessor was deleted when nobody looked. */
function changesBetween<T extends KubeObject>(previous: T | undefined, object: T): Change<T>[] {
  if (previous === undefined) return [{ type: 'added', object }];
  if (previous.metadata.uid !== object.metadata.uid)
    return [
      { type: 'deleted', object: previous },
      { type: 'added', object },
    ];
  if (previous.metadata.resourceVersion === object.metadata.resourceVersion) return [];
  return [{ type: 'modified', object, previous }];
}
