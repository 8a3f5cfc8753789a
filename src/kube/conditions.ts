import type { Condition } from './objects.ts';

type NewCondition = Omit<Condition, 'lastTransitionTime'>;

/**
 * The list with `condition` in the place of the one of its type. lastTransitionTime stays unless the status changes; where
 * nothing changes the very same list comes back. `now` is milliseconds since the epoch.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  condition: NewCondition,
  now: number,
): readonly Condition[] {
  const list = conditions ?? [];
  const old = findCondition(list, condition.type);
  if (old !== undefined && isSame(old, condition)) return list;
  const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : formatTime(now);
  const updated = { ...condition, lastTransitionTime };
  return old === undefined ? [...list, updated] : list.map((item) => (item === old ? updated : item));
}

export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function isSame(old: Condition, { status, reason, message, observedGeneration }: NewCondition): boolean {
  return (
    old.status === status &&
    old.reason === reason &&
    old.message === message &&
    old.observedGeneration === observedGeneration
  );
}

/** metav1.Time: RFC 3339 in UTC, whole seconds. */
export function formatTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** metav1.MicroTime, as Leases have it. */
export function formatMicroTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 23)}000Z`;
}
