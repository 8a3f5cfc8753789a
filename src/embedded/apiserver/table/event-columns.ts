import type { KubeObject } from '../../store/stored-object.ts';
import type { PrinterColumn } from '../resources/resource-definition.ts';
import { fieldValue } from '../selectors/field-selector.ts';
import { age } from './age.ts';

function column(
  name: string,
  description: string,
  priority: number,
  cell: PrinterColumn['cell'],
): PrinterColumn {
  return { name, type: 'string', description, priority, cell };
}

function firstSeen(event: KubeObject, now: number): string {
  return age(fieldValue(event, 'firstTimestamp') || event['eventTime'], now);
}

function lastSeen(event: KubeObject, now: number): string {
  const series = fieldValue(event, 'series.lastObservedTime');
  if (series !== '') return age(series, now);
  const last = fieldValue(event, 'lastTimestamp');
  return last === '' ? firstSeen(event, now) : age(last, now);
}

function target(event: KubeObject): string {
  const kind = fieldValue(event, 'involvedObject.kind').toLowerCase();
  const name = fieldValue(event, 'involvedObject.name');
  return name === '' ? kind : `${kind}/${name}`;
}

function source(event: KubeObject): string {
  const parts = [fieldValue(event, 'source.component'), fieldValue(event, 'source.host')];
  const [component, host] =
    parts[0] === ''
      ? [fieldValue(event, 'reportingComponent'), fieldValue(event, 'reportingInstance')]
      : parts;
  return [component, host].filter((part) => part !== '').join(', ');
}

/** Columns of events in core/v1's form. */
export const eventColumns: readonly PrinterColumn[] = [
  column('Last Seen', 'When it happened last.', 0, lastSeen),
  column('Type', 'Normal or Warning.', 0, (event) => fieldValue(event, 'type')),
  column('Reason', 'One word.', 0, (event) => fieldValue(event, 'reason')),
  column('Object', 'The object the event is about.', 0, target),
  column('Subobject', 'The part of the object that is meant.', 1, (event) =>
    fieldValue(event, 'involvedObject.fieldPath'),
  ),
  column('Source', 'Who reports.', 1, source),
  column('Message', 'What happened.', 0, (event) => fieldValue(event, 'message').trim()),
  column('First Seen', 'When it happened first.', 1, firstSeen),
  column(
    'Count',
    'How often it happened.',
    1,
    (event) => Number(fieldValue(event, 'series.count') || fieldValue(event, 'count')) || 1,
  ),
  { ...column('Name', 'Name of the event.', 1, (event) => event.metadata.name), format: 'name' },
];
