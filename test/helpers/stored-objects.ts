import { randomUUID } from 'node:crypto';
import type { Change } from '../../src/kube/object-store.ts';
import { applyMergePatch, type JsonValue } from '../../src/kube/merge-patch.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { formatKey, keyOf, refOf, type KubeObject, type ObjectRef } from '../../src/kube/objects.ts';
import type { PatchOptions } from '../../src/kube/client-types.ts';

/** One kind in memory: enough of an API server to run a controller's logic thousands of times. */
export class StoredObjects<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #seen = new Map<string, T>();
  readonly #handlers = new Set<(change: Change<T>) => void>();
  readonly #now: () => number;
  #version = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** As the server has it, at once. */
  stored(): T[] {
    return [...this.#objects.values()];
  }

  create(object: T): T {
    const key = keyOf(object);
    if (this.#objects.has(key)) throw new KubeError(409, 'there already', { reason: 'AlreadyExists' });
    const creationTimestamp = `${new Date(this.#now()).toISOString().slice(0, 19)}Z`;
    return this.#store({ ...object, metadata: { ...object.metadata, uid: randomUUID(), creationTimestamp } });
  }

  read(ref: ObjectRef): T {
    const object = this.#objects.get(formatKey(ref));
    if (object === undefined) throw new KubeError(404, 'not there', { reason: 'NotFound' });
    return object;
  }

  patch(ref: ObjectRef, patch: object, { preconditions = {} }: PatchOptions = {}): T {
    const before = this.read(ref);
    const { resourceVersion = before.metadata.resourceVersion } = preconditions;
    if (resourceVersion !== before.metadata.resourceVersion)
      throw new KubeError(409, 'another version', { reason: 'Conflict' });
    return this.#store(applyMergePatch(before as unknown as JsonValue, patch as JsonValue) as unknown as T);
  }

  delete(ref: ObjectRef): T {
    const object = this.read(ref);
    this.#objects.delete(formatKey(ref));
    return object;
  }

  /** The watch brings what has happened; until then readers see what was before. */
  sync(): void {
    for (const [key, object] of this.#seen)
      if (!this.#objects.has(key)) this.#tell({ type: 'deleted', object });
    for (const [key, object] of this.#objects)
      if (!this.#seen.has(key)) this.#tell({ type: 'added', object });
      else if (this.#seen.get(key) !== object) this.#tell({ type: 'modified', object, previous: object });
  }

  get(ref: ObjectRef): T | undefined {
    return this.#seen.get(formatKey(ref));
  }

  list(): T[] {
    return [...this.#seen.values()];
  }

  subscribe(handler: (change: Change<T>) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  #tell(change: Change<T>): void {
    const key = formatKey(refOf(change.object));
    if (change.type === 'deleted') this.#seen.delete(key);
    else this.#seen.set(key, change.object);
    for (const handler of this.#handlers) handler(change);
  }

  #store(object: T): T {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.#objects.set(keyOf(stored), stored);
    return stored;
  }
}
