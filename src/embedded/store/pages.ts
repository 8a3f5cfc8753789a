import type { DatabaseSync, StatementSync } from 'node:sqlite';

export interface PageQuery {
  readonly resource: string;
  /** Only paths that start with it: `<namespace>/`, or empty for all. */
  readonly prefix?: string;
  /** Only paths after this one. */
  readonly after?: string;
  readonly limit?: number;
  /** The state as it was at this revision; must not be older than the history. */
  readonly revision: number;
}

/**
 * State at a revision = objects not changed since, plus the `previous` of the first later change of each other path.
 * At the newest revision the second half is empty and costs one index look-up.
 */
const stateAtRevision = `
  SELECT path, body FROM objects
  WHERE resource = $resource AND revision <= $revision AND path > $after AND path >= $low AND path < $high
  UNION ALL
  SELECT path, previous AS body FROM changes AS later
  WHERE resource = $resource AND revision > $revision AND path > $after AND path >= $low AND path < $high
    AND previous IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM changes AS earlier WHERE earlier.resource = later.resource AND earlier.path = later.path
        AND earlier.revision > $revision AND earlier.revision < later.revision)`;

/** Consistent pages over the objects of one resource, in the order of their paths. */
export class Pages {
  readonly #list: StatementSync;
  readonly #count: StatementSync;

  constructor(database: DatabaseSync) {
    this.#list = database.prepare(`${stateAtRevision} ORDER BY path LIMIT $limit`);
    this.#count = database.prepare(`SELECT count(*) AS count FROM (${stateAtRevision})`);
  }

  list(query: PageQuery): { path: string; body: string }[] {
    const rows = this.#list.all({ ...bind(query), $limit: query.limit ?? -1 });
    return rows.map((row) => ({ path: String(row['path']), body: String(row['body']) }));
  }

  count(query: PageQuery): number {
    return Number(this.#count.get(bind(query))?.['count'] ?? 0);
  }
}

function bind({ resource, prefix = '', after = '', revision }: PageQuery): Record<string, string | number> {
  const high = prefix === '' ? '\u{10ffff}' : `${prefix}\u{10ffff}`;
  return { $resource: resource, $revision: revision, $after: after, $low: prefix, $high: high };
}
