import { badRequest } from '../status/refusals.ts';
import { invalid, notSupported } from '../status/field-error.ts';
import { invalidObject } from '../status/refusals.ts';

const levels = ['Ignore', 'Warn', 'Strict'] as const;
export type FieldValidation = (typeof levels)[number];

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
}

/** @throws StatusError 422 for values that are not known, as upstream: a misspelt dryRun must never write. */
export function writeOptions(query: URLSearchParams, kind: string): WriteOptions {
  const subject = { group: 'meta.k8s.io', plural: '', kind };
  const dryRun = query.getAll('dryRun');
  const wrong = dryRun.filter((value) => value !== 'All');
  if (wrong.length > 0) throw invalidObject(subject, '', [notSupported('dryRun', dryRun, ['All'])]);
  const level = query.get('fieldValidation') ?? '';
  const fieldValidation = level === '' ? 'Warn' : levels.find((known) => known === level);
  if (!fieldValidation)
    throw invalidObject(subject, '', [
      invalid('fieldValidation', level, `must be one of ${levels.join(', ')}`),
    ]);
  return { dryRun: dryRun.length > 0, fieldValidation };
}

export function refuseUnknownFields(unknown: readonly string[], kind: string, version: string): void {
  const list = unknown.map((field) => `unknown field ${JSON.stringify(field)}`).join(', ');
  throw badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: strict decoding error: ${list}`,
  );
}
