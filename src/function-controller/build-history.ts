import type { BuildRecord } from '../api/function-status.ts';
import type { FunctionSpec } from '../api/function-spec.ts';
import { FunctionFailure } from './failure.ts';

const defaultHistoryLimit = 10;

/** The history with `record` as the latest, and what no longer has room in it. `served` is a digest that is kept. */
export function withBuild(
  builds: readonly BuildRecord[],
  record: BuildRecord,
  { limit = defaultHistoryLimit, served }: { limit?: number | undefined; served?: string | undefined },
): { builds: BuildRecord[]; dropped: BuildRecord[] } {
  const others = builds.filter(
    ({ digest, signature }) => digest !== record.digest && signature !== record.signature,
  );
  const room = (build: BuildRecord, index: number) => index < limit || build.digest === served;
  const kept = others.filter(room);
  return { builds: [record, ...kept], dropped: others.filter((build) => !kept.includes(build)) };
}

/**
 * The build that `spec.rollback` asks for; undefined where it asks for none, or only while the source was another. Throws
 * FunctionFailure for a digest that the history does not have.
 */
export function rolledBackTo(
  { rollback }: FunctionSpec,
  builds: readonly BuildRecord[],
  source: string | undefined,
): BuildRecord | undefined {
  if (rollback === undefined) return undefined;
  if (rollback.insteadOf !== undefined && rollback.insteadOf !== source) return undefined;
  const found = builds.find(({ digest }) => digest === rollback.digest);
  if (found !== undefined) return found;
  const known = builds.map(({ digest }) => digest).join(', ');
  const message = `spec.rollback.digest: ${rollback.digest} is no build of this function; there are: ${known || 'none'}.`;
  throw new FunctionFailure('UnknownBuild', message, { retry: false });
}
