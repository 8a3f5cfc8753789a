import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../lib/clock.ts';
import type { KubeClient } from './client-types.ts';
import { findCondition, setCondition } from './conditions.ts';
import type { EventRecorder } from './events.ts';
import { refOf, type Condition, type KubeObject } from './objects.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import type { WrittenObjects } from './written-objects.ts';

/** Where an object stands: its condition Ready, and fields of its status. What is left out stays; null removes it. */
export interface ReadyReport {
  state: 'ready' | 'underway' | 'failed';
  reason: string;
  message: string;
  fields?: Readonly<Record<string, unknown>>;
  /** False for a stage that passes in a moment: the status shows it, and an event would be one more write. Default true. */
  isNoted?: boolean;
}

/** An object with the usual fields of a status. */
export interface Reported extends KubeObject {
  status?: object & { conditions?: unknown };
}

const maxMessage = 32_000;

/** The merge patch for the status, or null where it would change nothing. */
export function readyPatch(
  { metadata, status = {} }: Reported,
  { state, reason, message: text, fields = {} }: ReadyReport,
  nowMs: number,
): { status: Record<string, unknown> } | null {
  const { generation = 0 } = metadata;
  const message = text.slice(0, maxMessage);
  const condition = {
    type: 'Ready',
    status: state === 'ready' ? ('True' as const) : ('False' as const),
    reason,
    message,
    observedGeneration: generation,
  };
  const conditions = setCondition(conditionsOf({ status }), condition, nowMs);
  const before = status as Readonly<Record<string, unknown>>;
  const changed = Object.entries({ observedGeneration: generation, conditions, message, ...fields }).filter(
    ([key, value]) =>
      value === null
        ? before[key] !== undefined
        : !isDeepStrictEqual(before[key], value) && value !== undefined,
  );
  return changed.length === 0 ? null : { status: Object.fromEntries(changed) };
}

export interface ReadyWriterOptions<T extends Reported> {
  client: Pick<KubeClient, 'mergePatch'>;
  resource: Resource<T>;
  written: WrittenObjects<T>;
  events: Pick<EventRecorder, 'record'>;
  clock: Pick<Clock, 'now'>;
}

/**
 * Writes where an object stands, and an event where that is another stage. Only over the version that it is about: rejects
 * with a conflict otherwise, and the reconcile comes again.
 */
export async function writeReady<T extends Reported>(
  { client, resource, written, events, clock }: ReadyWriterOptions<T>,
  object: T,
  report: ReadyReport,
  signal: AbortSignal,
): Promise<void> {
  const patch = readyPatch(object, report, clock.now());
  if (patch === null) return;
  const { uid = '', resourceVersion = '' } = object.metadata;
  const options = { subresource: 'status' as const, preconditions: { uid, resourceVersion }, signal };
  written.wrote(object, await client.mergePatch(resource, refOf(object), patch, options));
  if (!isNews(object, report)) return;
  const { state, reason, message } = report;
  // Items of a list come without kind, and an event without it leads nowhere.
  const named = { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
  events.record(named, { type: state === 'failed' ? 'Warning' : 'Normal', reason, message });
}

/** Another stage, or another failure; each step of a stage is not. */
function isNews(object: Reported, { state, reason, message, isNoted = true }: ReadyReport): boolean {
  if (!isNoted) return false;
  const before = findCondition(conditionsOf(object), 'Ready');
  return before?.reason !== reason || (state === 'failed' && before.message !== message.slice(0, maxMessage));
}

function conditionsOf({ status }: Pick<Reported, 'status'>): readonly Condition[] | undefined {
  return status?.conditions as readonly Condition[] | undefined;
}
