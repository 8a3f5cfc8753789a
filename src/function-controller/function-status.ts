import { isDeepStrictEqual } from 'node:util';
import type { StoredFunction } from '../api/function.ts';
import type { BuildRecord, FunctionStatus } from '../api/function-status.ts';
import { setCondition } from '../kube/conditions.ts';
import type { Condition } from '../kube/objects.ts';
import type { FailureReason } from './failure.ts';

export type Reason = 'Ready' | 'Queued' | 'Building' | 'Pushing' | 'Pulling' | FailureReason;

/** Where a Function stands. What is left out stays as it is; null removes it. */
export interface Report {
  reason: Reason;
  message: string;
  source?: string;
  signature?: string;
  image?: string;
  digest?: string;
  log?: string | null;
  builds?: readonly BuildRecord[];
}

/** What is known about a Function even where a later step fails. */
export type Facts = Partial<Pick<Report, 'source' | 'signature' | 'image' | 'digest' | 'builds'>>;

type Patch = { [K in keyof FunctionStatus]: FunctionStatus[K] | null };

/** The merge patch for the status, or null where it would change nothing. */
export function statusPatch(
  { metadata, status = {} }: StoredFunction,
  { reason, message, builds, ...rest }: Report,
  nowMs: number,
): { status: Patch } | null {
  const { generation = 0 } = metadata;
  const before = status.conditions as readonly Condition[] | undefined;
  const conditions = setCondition(
    before,
    {
      type: 'Ready',
      status: reason === 'Ready' ? 'True' : 'False',
      reason,
      message: message.slice(0, 32_000),
      observedGeneration: generation,
    },
    nowMs,
  );
  const wanted: Patch = {
    observedGeneration: generation,
    ...(conditions === before ? {} : { conditions: [...conditions] }),
    message: message.slice(0, 32_000),
    ...rest,
    ...(builds === undefined ? {} : { builds: [...builds] }),
  };
  const changed = Object.entries(wanted).filter(([key, value]) => {
    const old = status[key as keyof FunctionStatus];
    return value === null ? old !== undefined : !isDeepStrictEqual(old, value);
  });
  return changed.length === 0 ? null : { status: Object.fromEntries(changed) };
}
