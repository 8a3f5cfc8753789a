import { functionResource, type StoredFunction } from '../api/function.ts';
import { progressReasons } from '../api/function-status.ts';
import { findCondition } from '../kube/conditions.ts';
import { refOf, type Condition } from '../kube/objects.ts';
import type { ControllerParts } from './controller-parts.ts';
import { statusPatch, type Report } from './function-status.ts';

type Parts = Pick<ControllerParts, 'client' | 'written' | 'events' | 'clock'>;

/**
 * Writes where a Function stands, and an event where that is another stage. Only over the version that it is about:
 * rejects with a conflict otherwise, and the reconcile comes again.
 */
export async function writeStatus(
  { client, written, events, clock }: Parts,
  object: StoredFunction,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const patch = statusPatch(object, report, clock.now());
  if (patch === null) return;
  const { uid = '', resourceVersion = '' } = object.metadata;
  const options = { subresource: 'status' as const, preconditions: { uid, resourceVersion }, signal };
  const after = await client.mergePatch(functionResource, refOf(object), patch, options);
  written.wrote(object, after);
  if (isNews(object, report)) {
    const { reason, message } = report;
    events.record(asFunction(object), { type: isProgress(reason) ? 'Normal' : 'Warning', reason, message });
  }
}

/** Another stage, or another failure; each step of a stage is not. */
function isNews({ status }: StoredFunction, { reason, message }: Report): boolean {
  const before = findCondition(status?.conditions as readonly Condition[] | undefined, 'Ready');
  return before?.reason !== reason || (!isProgress(reason) && before.message !== message);
}

function isProgress(reason: string): boolean {
  return reason === 'Ready' || (progressReasons as readonly string[]).includes(reason);
}

/** Items of a list come without kind, and an event without it leads nowhere. */
function asFunction(object: StoredFunction): StoredFunction {
  return { ...object, apiVersion: 'kubeless.io/v1beta1', kind: 'Function' };
}
