import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ObjectKey, OwnerReference } from './stored-object.ts';

/** Who names whom in `metadata.ownerReferences`; kept in the same transaction as the objects, so it cannot go stale. */
export class Ownership {
  readonly #clear: StatementSync;
  readonly #add: StatementSync;
  readonly #dependents: StatementSync;
  readonly #missing: StatementSync;
  readonly #byUid: StatementSync;
  readonly #beingDeleted: StatementSync;

  constructor(database: DatabaseSync) {
    this.#clear = database.prepare('DELETE FROM owners WHERE resource = ? AND path = ?');
    this.#add = database.prepare('INSERT OR IGNORE INTO owners (owner, resource, path) VALUES (?, ?, ?)');
    this.#dependents = database.prepare('SELECT resource, path FROM owners WHERE owner = ?');
    this.#missing = database.prepare(
      'SELECT DISTINCT resource, path FROM owners WHERE NOT EXISTS (SELECT 1 FROM objects WHERE objects.uid = owners.owner)',
    );
    this.#beingDeleted = database.prepare(
      "SELECT uid FROM objects WHERE json_extract(body, '$.metadata.deletionTimestamp') IS NOT NULL",
    );
    this.#byUid = database.prepare('SELECT resource, path, body FROM objects WHERE uid = ?');
  }

  /** Call inside the transaction that writes the object. */
  record({ resource, path }: ObjectKey, owners: readonly OwnerReference[]): void {
    this.#clear.run(resource, path);
    for (const owner of owners) this.#add.run(owner.uid, resource, path);
  }

  dependentsOf(uid: string): ObjectKey[] {
    return this.#dependents.all(uid).map(toKey);
  }

  withMissingOwner(): ObjectKey[] {
    return this.#missing.all().map(toKey);
  }

  beingDeleted(): string[] {
    return this.#beingDeleted.all().map((row) => String(row['uid']));
  }

  findByUid(uid: string): { key: ObjectKey; body: string } | undefined {
    const row = this.#byUid.get(uid);
    return row && { key: toKey(row), body: String(row['body']) };
  }
}

function toKey(row: Record<string, unknown>): ObjectKey {
  return { resource: String(row['resource']), path: String(row['path']) };
}
