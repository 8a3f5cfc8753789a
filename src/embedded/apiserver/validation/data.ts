import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../store/stored-object.ts';
import { isRecord } from '../schema/structural-schema.ts';
import { forbidden, invalid, tooLong, type FieldError } from '../status/field-error.ts';
import { configMapKey } from './names.ts';

/** core.MaxSecretSize: the sum of the values. */
const maximumBytes = 1024 * 1024;

function mapOf(object: KubeObject, field: string): Record<string, unknown> {
  const value = object[field];
  return isRecord(value) ? value : {};
}

export function validateDataKeys(object: KubeObject, field: string): FieldError[] {
  return Object.keys(mapOf(object, field)).flatMap((key) =>
    configMapKey(key).map((problem) => invalid(`${field}[${key}]`, key, problem)),
  );
}

export function duplicateKeys(object: KubeObject, first: string, second: string): FieldError[] {
  const other = mapOf(object, second);
  const keys = Object.keys(mapOf(object, first)).filter((key) => Object.hasOwn(other, key));
  return keys.map((key) => invalid(`${first}[${key}]`, key, `duplicate of key present in ${second}`));
}

export function totalSizeError(object: KubeObject, fields: readonly string[]): FieldError[] {
  const values = fields.flatMap((field) =>
    Object.values(mapOf(object, field)).map((value) => ({ field, value: String(value) })),
  );
  const bytes = values.reduce((sum, { value }) => sum + Buffer.byteLength(value), 0);
  return bytes > maximumBytes ? [tooLong(fields.length > 1 ? '' : (fields[0] ?? ''), maximumBytes)] : [];
}

/** `immutable: true` freezes the data and itself. */
export function immutableErrors(
  object: KubeObject,
  old: KubeObject,
  fields: readonly string[],
): FieldError[] {
  if (old['immutable'] !== true) return [];
  const detail = 'field is immutable when `immutable` is set';
  return [
    ...(object['immutable'] === true ? [] : [forbidden('immutable', detail)]),
    ...fields
      .filter((field) => !isDeepStrictEqual(mapOf(object, field), mapOf(old, field)))
      .map((field) => forbidden(field, detail)),
  ];
}
