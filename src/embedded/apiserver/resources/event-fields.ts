import type { KubeObject } from '../../store/stored-object.ts';
import { isRecord } from '../schema/structural-schema.ts';
import { integer, microTime, objectOf, text, time } from '../schema/meta-schemas.ts';
import { objectReference } from '../schema/reference-schemas.ts';
import type { StructuralSchema } from '../schema/structural-schema.ts';

export const eventSeries: StructuralSchema = objectOf(
  { count: integer('How often it happened.'), lastObservedTime: microTime('When it happened last.') },
  'That the same thing happened more than once.',
  { count: 1, lastObservedTime: 2 },
);

export const eventSource: StructuralSchema = objectOf(
  { component: text('Who reports.'), host: text('Where it runs.') },
  'Who reports, before reportingController.',
  { component: 1, host: 2 },
);

export const regarding = objectReference('The object the event is about.');
export const related = objectReference('A second object.');
export const firstSeen = time('When it happened first.');
export const lastSeen = time('When it happened last.');

/** Names of a field in core/v1 and in events.k8s.io/v1; events are stored in core/v1's form. */
const renamed: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

function rename(object: KubeObject, names: ReadonlyMap<string, string>, apiVersion: string): KubeObject {
  const fields = Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]);
  return { ...(Object.fromEntries(fields) as KubeObject), apiVersion, kind: 'Event' };
}

export function toEventsV1(stored: KubeObject): KubeObject {
  return rename(stored, new Map(renamed), 'events.k8s.io/v1');
}

export function toCoreV1(event: KubeObject): KubeObject {
  return rename(event, new Map(renamed.map(([core, events]) => [events, core])), 'v1');
}

export function isPresent(value: unknown): boolean {
  return (
    value !== undefined &&
    value !== null &&
    value !== '' &&
    value !== 0 &&
    !(isRecord(value) && Object.keys(value).length === 0)
  );
}
