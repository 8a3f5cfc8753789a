import { isDeepStrictEqual } from 'node:util';
import { invalid, notSupported, typeInvalid, type FieldError } from '../status/field-error.ts';
import { isRecord, type StructuralSchema } from './structural-schema.ts';
import { validateArray, validateObject } from './validate-container.ts';
import { validateNumber, validateString } from './validate-scalar.ts';

/** Everything about a value that breaks the schema; unknown fields are `prune.ts`' concern. */
export function validateValue(value: unknown, schema: StructuralSchema, path: string): FieldError[] {
  if (value === null && schema.nullable === true) return [];
  const type = typeError(value, schema, path);
  if (type) return [type];
  return [
    ...enumErrors(value, schema, path),
    ...contentErrors(value, schema, path),
    ...combinatorErrors(value, schema, path),
  ];
}

function contentErrors(value: unknown, schema: StructuralSchema, path: string): FieldError[] {
  if (typeof value === 'string') return validateString(value, schema, path);
  if (typeof value === 'number') return validateNumber(value, schema, path);
  if (Array.isArray(value)) return validateArray(value, schema, { path, validate: validateValue });
  if (isRecord(value)) return validateObject(value, schema, { path, validate: validateValue });
  return [];
}

function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function typeError(value: unknown, schema: StructuralSchema, path: string): FieldError | undefined {
  const actual = jsonType(value);
  const expected =
    schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : schema.type ? [schema.type] : [];
  const fits = expected.some((type) => type === actual || (type === 'number' && actual === 'integer'));
  if (expected.length === 0 || fits) return undefined;
  const detail = `${path} in body must be of type ${expected.join(',')}: ${JSON.stringify(actual)}`;
  return typeInvalid(path, actual, detail);
}

function enumErrors(value: unknown, schema: StructuralSchema, path: string): FieldError[] {
  const allowed = schema.enum;
  if (!allowed || allowed.some((item) => isDeepStrictEqual(item, value))) return [];
  return [
    notSupported(
      path,
      value,
      allowed.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))),
    ),
  ];
}

function combinatorErrors(value: unknown, schema: StructuralSchema, path: string): FieldError[] {
  const fits = (other: StructuralSchema): boolean => validateValue(value, other, path).length === 0;
  const { allOf = [], anyOf, oneOf, not } = schema;
  const refuse = (text: string): FieldError =>
    invalid(path, isRecord(value) ? '' : value, `${JSON.stringify(path)} ${text}`);
  return [
    ...allOf.flatMap((part) => validateValue(value, part, path)),
    ...(anyOf && !anyOf.some(fits) ? [refuse('must validate at least one schema (anyOf)')] : []),
    ...(oneOf && oneOf.filter(fits).length !== 1
      ? [refuse('must validate one and only one schema (oneOf)')]
      : []),
    ...(not && fits(not) ? [refuse('must not validate the schema (not)')] : []),
  ];
}
