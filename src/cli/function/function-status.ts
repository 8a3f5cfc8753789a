import type { StoredFunction } from '../../api/function.ts';
import type { FunctionStatus } from '../../api/function-status.ts';

type Condition = NonNullable<FunctionStatus['conditions']>[number];

/** The condition Ready, if it is about the present spec. */
export function readyCondition({ metadata, status }: StoredFunction): Condition | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const seen = ready?.observedGeneration ?? status?.observedGeneration;
  const stale = seen !== undefined && metadata.generation !== undefined && seen < metadata.generation;
  return stale ? undefined : ready;
}

export function isReady(object: StoredFunction): boolean {
  return readyCondition(object)?.status === 'True';
}

/** What it passes through on its way; InternalError is tried again by the function-controller. */
const underWay = new Set(['Queued', 'Building', 'Pushing', 'Pulling', 'InternalError']);

/** Whether somebody must do something about it before it can become ready. */
export function hasFailed(object: StoredFunction): boolean {
  const ready = readyCondition(object);
  return ready?.status === 'False' && !underWay.has(ready.reason);
}

/** The column STATUS of `function list`. */
export function statusText(object: StoredFunction): string {
  if (object.metadata.deletionTimestamp !== undefined) return 'DELETING';
  const condition = readyCondition(object);
  if (condition === undefined) return 'NOT READY: Pending';
  return condition.status === 'True' ? 'READY' : `NOT READY: ${condition.reason}`;
}

/** One line for people: where it is on its way. */
export function progressText(object: StoredFunction): string {
  const condition = readyCondition(object);
  if (condition === undefined) return 'waiting for the function-controller';
  return `${condition.reason}: ${condition.message}`;
}
