import { httpTriggerResource, type StoredHttpTrigger } from '../api/http-trigger.ts';
import { findCondition } from '../kube/conditions.ts';
import { refOf, type Condition } from '../kube/objects.ts';
import type { ControllerParts } from './controller-parts.ts';
import { statusPatch, type Report } from './trigger-status.ts';

type Parts = Pick<ControllerParts, 'client' | 'written' | 'events' | 'clock'>;

const progressReasons = ['Publishing', 'FunctionNotReady'];

/** Writes where a trigger stands, and an event where that is news. Rejects with a conflict over a newer version. */
export async function writeStatus(
  { client, written, events, clock }: Parts,
  object: StoredHttpTrigger,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const patch = statusPatch(object, report, clock.now());
  if (patch === null) return;
  const { uid = '', resourceVersion = '' } = object.metadata;
  const options = { subresource: 'status' as const, preconditions: { uid, resourceVersion }, signal };
  written.wrote(object, await client.mergePatch(httpTriggerResource, refOf(object), patch, options));
  const { reason, message } = report;
  if (progressReasons.includes(reason) || !isNews(object, report)) return;
  events.record(asTrigger(object), { type: reason === 'Ready' ? 'Normal' : 'Warning', reason, message });
}

function isNews({ status }: StoredHttpTrigger, { reason, message }: Report): boolean {
  const before = findCondition(status?.conditions as readonly Condition[] | undefined, 'Ready');
  return before?.reason !== reason || before.message !== message;
}

/** Items of a list come without kind, and an event without it leads nowhere. */
function asTrigger(object: StoredHttpTrigger): StoredHttpTrigger {
  return { ...object, apiVersion: 'kubeless.io/v1beta1', kind: 'HTTPTrigger' };
}
