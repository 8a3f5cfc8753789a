import type { KubeObject } from '../../store/stored-object.ts';
import { isRecord } from '../schema/structural-schema.ts';
import { invalid, required, type FieldError } from '../status/field-error.ts';
import { qualifiedNameProblems } from './labels.ts';

const limits: Readonly<Record<string, number>> = { reportingInstance: 128, action: 128, reason: 128 };
const noteLimit = 1024;

/** Upstream's rules for events in core/v1's form; new-style ones (with eventTime) have to say more. */
export function validateEvent(event: KubeObject): FieldError[] {
  const involved = isRecord(event['involvedObject']) ? event['involvedObject'] : {};
  const namespace = typeof involved['namespace'] === 'string' ? involved['namespace'] : '';
  return event['eventTime'] === undefined
    ? namespaceErrors(event, namespace)
    : [...newStyleNamespaceErrors(event, namespace), ...newStyleErrors(event)];
}

function mismatch(namespace: string): FieldError[] {
  return [invalid('involvedObject.namespace', namespace, 'does not match event.namespace')];
}

function namespaceErrors({ metadata }: KubeObject, namespace: string): FieldError[] {
  const expected = namespace === '' ? 'default' : namespace;
  return metadata.namespace === expected ? [] : mismatch(namespace);
}

function newStyleNamespaceErrors({ metadata }: KubeObject, namespace: string): FieldError[] {
  if (namespace !== '' || ['default', 'kube-system'].includes(metadata.namespace ?? '')) return [];
  return mismatch(namespace);
}

function newStyleErrors(event: KubeObject): FieldError[] {
  const controller = textOf(event['reportingComponent']);
  const long = textOf(event['message']).length > noteLimit;
  return [
    ...(controller === '' ? [required('reportingComponent')] : []),
    ...(controller === ''
      ? []
      : qualifiedNameProblems(controller).map((problem) =>
          invalid('reportingComponent', controller, problem),
        )),
    ...Object.entries(limits).flatMap(([field, limit]) => lengthErrors(textOf(event[field]), field, limit)),
    ...(long ? [invalid('message', '', `can have at most ${noteLimit} characters`)] : []),
  ];
}

function lengthErrors(value: string, field: string, limit: number): FieldError[] {
  if (value === '') return [required(field)];
  return value.length > limit ? [invalid(field, '', `can have at most ${limit} characters`)] : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
