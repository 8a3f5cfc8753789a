import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, ChangeType } from './stored-object.ts';

export interface HistoryLimits {
  /** Changes kept for watches and pages; older ones answer 410 Expired. */
  readonly maxChanges: number;
  /** Bytes of JSON kept. */
  readonly maxBytes: number;
}

export const defaultHistoryLimits: HistoryLimits = { maxChanges: 10_000, maxBytes: 64 * 1024 * 1024 };

const oldestToKeep = `
  SELECT min(revision) AS oldest FROM (
    SELECT revision, sum(length(body) + coalesce(length(previous), 0)) OVER (ORDER BY revision DESC) AS bytes
    FROM changes ORDER BY revision DESC LIMIT ?
  ) WHERE bytes <= ?`;

/** The bounded log of changes. */
export class History {
  readonly #limits: HistoryLimits;
  readonly #append: StatementSync;
  readonly #after: StatementSync;
  readonly #oldestToKeep: StatementSync;
  readonly #forget: StatementSync;
  #compacted: number;
  #latest: number;
  #changesSince = 0;
  #bytesSince = 0;

  constructor(database: DatabaseSync, limits: HistoryLimits) {
    this.#limits = limits;
    this.#append = database.prepare(
      'INSERT INTO changes (revision, type, resource, path, body, previous) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#after = database.prepare(
      'SELECT * FROM changes WHERE revision > ? AND resource = ? ORDER BY revision LIMIT ?',
    );
    this.#oldestToKeep = database.prepare(oldestToKeep);
    this.#forget = database.prepare('DELETE FROM changes WHERE revision < ?');
    const counter = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").get();
    this.#latest = Number(counter?.['seq'] ?? 0);
    const oldest = database.prepare('SELECT min(revision) AS oldest FROM changes').get()?.['oldest'];
    this.#compacted = oldest === null || oldest === undefined ? this.#latest : Number(oldest) - 1;
  }

  /** The revision of the newest committed change. */
  get latest(): number {
    return this.#latest;
  }

  /** Revisions below this one are no longer complete. */
  get compacted(): number {
    return this.#compacted;
  }

  /** Call inside the transaction that makes the change. */
  append({ revision, type, key, object, previous }: Change): void {
    this.#append.run(revision, type, key.resource, key.path, object, previous ?? null);
  }

  /** Call after the transaction is committed. */
  committed({ revision, object, previous }: Change): void {
    this.#latest = revision;
    this.#changesSince += 1;
    this.#bytesSince += object.length + (previous?.length ?? 0);
    const due =
      this.#changesSince >= this.#limits.maxChanges / 10 || this.#bytesSince >= this.#limits.maxBytes / 4;
    if (due) this.compact();
  }

  /** Changes of one resource after `revision`, oldest first, at most `limit`. */
  after(revision: number, resource: string, limit: number): Change[] {
    return this.#after.all(revision, resource, limit).map((row) => ({
      revision: Number(row['revision']),
      type: String(row['type']) as ChangeType,
      key: { resource: String(row['resource']), path: String(row['path']) },
      object: String(row['body']),
      previous: row['previous'] === null ? undefined : String(row['previous']),
    }));
  }

  /** Forgets what is over the limits; the newest change always stays. */
  compact(): void {
    this.#changesSince = 0;
    this.#bytesSince = 0;
    const row = this.#oldestToKeep.get(this.#limits.maxChanges, this.#limits.maxBytes);
    const oldest = Number(row?.['oldest'] ?? this.#latest);
    if (oldest - 1 <= this.#compacted) return;
    this.#forget.run(oldest);
    this.#compacted = oldest - 1;
  }
}
