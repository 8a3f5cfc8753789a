import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { openDatabase } from './database.ts';
import { defaultHistoryLimits, History, type HistoryLimits } from './history.ts';
import { Ownership } from './ownership.ts';
import { Pages, type PageQuery } from './pages.ts';
import type { Change, KubeObject, ObjectKey } from './stored-object.ts';

export interface ObjectStoreOptions {
  readonly file: string;
  readonly history?: HistoryLimits;
}

type Listener = (change: Change) => void;

/**
 * Every object of the API in one SQLite file, with one revision counter and a bounded history of changes.
 * All calls are synchronous and every write is one durable transaction, so read-modify-write in one tick is atomic.
 */
export class ObjectStore implements Disposable {
  readonly #database: DatabaseSync;
  readonly #history: History;
  readonly #pages: Pages;
  readonly #ownership: Ownership;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #listeners = new Set<Listener>();

  constructor({ file, history = defaultHistoryLimits }: ObjectStoreOptions) {
    this.#database = openDatabase(file);
    this.#history = new History(this.#database, history);
    this.#pages = new Pages(this.#database);
    this.#ownership = new Ownership(this.#database);
    this.#get = this.#database.prepare('SELECT body FROM objects WHERE resource = ? AND path = ?');
    this.#put = this.#database.prepare(
      'INSERT OR REPLACE INTO objects (resource, path, uid, revision, body) VALUES (?, ?, ?, ?, ?)',
    );
    this.#remove = this.#database.prepare('DELETE FROM objects WHERE resource = ? AND path = ?');
  }

  get revision(): number {
    return this.#history.latest;
  }

  /** Lists and watches from before this revision cannot be answered. */
  get compactedRevision(): number {
    return this.#history.compacted;
  }

  /** The stored JSON, or undefined. */
  get({ resource, path }: ObjectKey): string | undefined {
    const body = this.#get.get(resource, path)?.['body'];
    return body === undefined ? undefined : String(body);
  }

  /** Creates or replaces; sets `metadata.resourceVersion` of `object` to the new revision. */
  put(key: ObjectKey, object: KubeObject): Change {
    const previous = this.get(key);
    return this.#commit(previous === undefined ? 'ADDED' : 'MODIFIED', { key, object, previous });
  }

  /** Removes an object that exists; `last` is its final state as watches see it. */
  remove(key: ObjectKey, last: KubeObject): Change {
    return this.#commit('DELETED', { key, object: last, previous: this.get(key) });
  }

  list(query: PageQuery): { path: string; body: string }[] {
    return this.#pages.list(query);
  }

  count(query: PageQuery): number {
    return this.#pages.count(query);
  }

  /** Changes of one resource after a revision, oldest first. */
  changesAfter(revision: number, resource: string, limit: number): Change[] {
    return this.#history.after(revision, resource, limit);
  }

  /** Objects that name `uid` as an owner. */
  dependentsOf(uid: string): ObjectKey[] {
    return this.#ownership.dependentsOf(uid);
  }

  /** Objects that name an owner which does not exist. */
  orphanedDependents(): ObjectKey[] {
    return this.#ownership.withMissingOwner();
  }

  /** uids of objects that have a deletionTimestamp; reads all objects, so for start-up only. */
  uidsBeingDeleted(): string[] {
    return this.#ownership.beingDeleted();
  }

  findByUid(uid: string): { key: ObjectKey; body: string } | undefined {
    return this.#ownership.findByUid(uid);
  }

  /** Called after each commit, in order; returns the function that stops it. A listener must not throw. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#database.close();
  }

  #commit(
    type: Change['type'],
    write: { key: ObjectKey; object: KubeObject; previous: string | undefined },
  ): Change {
    const revision = this.#history.latest + 1;
    write.object.metadata.resourceVersion = String(revision);
    const change: Change = {
      revision,
      type,
      key: write.key,
      object: JSON.stringify(write.object),
      previous: write.previous,
    };
    this.#transaction(() => {
      this.#history.append(change);
      this.#apply(change, write.object);
    });
    this.#history.committed(change);
    for (const listener of this.#listeners) listener(change);
    return change;
  }

  #apply({ type, key, revision, object }: Change, { metadata }: KubeObject): void {
    if (type === 'DELETED') this.#remove.run(key.resource, key.path);
    else this.#put.run(key.resource, key.path, String(metadata.uid), revision, object);
    const owners = type === 'DELETED' ? [] : (metadata.ownerReferences ?? []);
    this.#ownership.record(key, owners);
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}
