import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../schema/structural-schema.ts';

/** A rule that cannot be evaluated: a missing key, an operator that does not fit its operands. */
export class CelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CelError';
  }
}

/** A type as a value: what `type(x)` gives and what `int` names. */
export class CelType {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Numbers come from JSON, so a whole number is an int and any other a double. */
export function typeName(value: unknown): string {
  if (value === null) return 'null_type';
  if (Array.isArray(value)) return 'list';
  if (value instanceof CelType) return 'type';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'double';
  return { string: 'string', boolean: 'bool' }[typeof value as string] ?? 'map';
}

export const typeNames = [
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
];

export function isEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b);
}

export function select(value: unknown, key: unknown): unknown {
  if (Array.isArray(value) && typeof key === 'number') {
    if (key >= 0 && key < value.length) return value[key];
    throw new CelError(`index out of bounds: ${key}`);
  }
  if (isRecord(value) && typeof key === 'string') {
    if (Object.hasOwn(value, key)) return value[key];
    throw new CelError(`no such key: ${key}`);
  }
  throw new CelError('no such overload');
}

export function asBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new CelError('no such overload');
}
