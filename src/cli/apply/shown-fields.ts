import type { StoredFunction } from '../../api/function.ts';

/** What apply is about: not what the API server keeps about a Function, and not our own record of what was applied. */
export function shownFields({ metadata, spec }: StoredFunction): object {
  return { labels: metadata.labels ?? {}, spec };
}
