import { integer, microTime, text } from '../../schema/meta-schemas.ts';
import type { StructuralSchema } from '../../schema/structural-schema.ts';
import { fieldValue } from '../../selectors/field-selector.ts';
import { eventColumns } from '../../table/event-columns.ts';
import { validateEvent } from '../../validation/event.ts';
import { invalid, required, type FieldError } from '../../status/field-error.ts';
import type { KubeObject } from '../../../store/stored-object.ts';
import { defineBuiltin } from '../builtin.ts';
import {
  eventSeries,
  eventSource,
  firstSeen,
  isPresent,
  lastSeen,
  regarding,
  related,
  toCoreV1,
  toEventsV1,
} from '../event-fields.ts';
import type { PrinterColumn } from '../resource-definition.ts';

const common = {
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  version: 'v1',
  storage: '/events',
  allowCreateOnUpdate: true,
} as const;

const shared: Record<string, StructuralSchema> = {
  reason: text('One word.'),
  type: text('Normal or Warning.'),
  eventTime: microTime('When it happened first.'),
  series: eventSeries,
  action: text('What was done.'),
  related,
  reportingInstance: text('Which instance reports.'),
};

/** core/v1 Event; stored for an hour (`controllers/event-expiry.ts`). */
export const coreEvents = defineBuiltin({
  ...common,
  group: '',
  description: 'Event is a report of something that happened to an object.',
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'type',
  ],
  requiredFields: ['involvedObject'],
  fields: {
    ...shared,
    involvedObject: regarding,
    message: text('What happened.'),
    source: eventSource,
    firstTimestamp: firstSeen,
    lastTimestamp: lastSeen,
    count: integer('How often it happened.'),
    reportingComponent: text('Who reports.'),
  },
  columns: eventColumns,
  hooks: { validate: validateEvent },
});

const deprecated = [
  'deprecatedSource',
  'deprecatedFirstTimestamp',
  'deprecatedLastTimestamp',
  'deprecatedCount',
];

/** Creation through the newer group is stricter. */
function validateNew(event: KubeObject): FieldError[] {
  return [
    ...(event['eventTime'] === undefined ? [required('eventTime')] : []),
    ...(['Normal', 'Warning'].includes(fieldValue(event, 'type'))
      ? []
      : [invalid('type', '', `has invalid value: ${fieldValue(event, 'type')}`)]),
    ...deprecated
      .filter((field) => isPresent(event[field]))
      .map((field) => invalid(field, '', 'needs to be unset')),
    ...validateEvent(toCoreV1(event)),
  ];
}

const newerColumns: PrinterColumn[] = eventColumns.map((column) => ({
  ...column,
  cell: (event, now) => column.cell(toCoreV1(event), now),
}));

/** events.k8s.io/v1 Event: the same objects under other field names. */
export const events = defineBuiltin({
  ...common,
  group: 'events.k8s.io',
  description: 'Event is a report of something that happened to an object.',
  selectableFields: [
    'reason',
    'reportingController',
    'type',
    'regarding.kind',
    'regarding.name',
    'regarding.namespace',
    'regarding.uid',
  ],
  fields: {
    ...shared,
    regarding,
    note: text('What happened.'),
    reportingController: text('Who reports.'),
    deprecatedSource: eventSource,
    deprecatedFirstTimestamp: firstSeen,
    deprecatedLastTimestamp: lastSeen,
    deprecatedCount: integer('How often it happened, in old events.'),
  },
  columns: newerColumns,
  fromStorage: toEventsV1,
  toStorage: toCoreV1,
  hooks: { validate: validateNew },
});
