import { compilePattern } from '../schema/pattern.ts';
import { isRecord } from '../schema/structural-schema.ts';
import { CelQuantity } from './quantity.ts';
import { CelError, CelType, typeName } from './values.ts';

type CelFunction = (...args: unknown[]) => unknown;

function size(value: unknown): number {
  if (typeof value === 'string') return Array.from(value).length;
  if (Array.isArray(value)) return value.length;
  if (isRecord(value)) return Object.keys(value).length;
  throw new CelError('no such overload');
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new CelError('no such overload');
}

function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new CelError('no such overload');
}

function toNumber(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new CelError('type conversion error');
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new CelError('no such overload');
}

function quantityOf(value: unknown): CelQuantity {
  if (value instanceof CelQuantity) return value;
  throw new CelError('no such overload');
}

export const globalFunctions: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ['size', size],
  ['type', (value) => new CelType(typeName(value))],
  ['int', (value) => Math.trunc(toNumber(value))],
  ['double', toNumber],
  ['string', toText],
  ['dyn', (value) => value],
  ['quantity', (value) => new CelQuantity(text(value))],
]);

/** Methods by name; the first argument is what they are called on. */
export const methods: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ['size', size],
  ['matches', (value, pattern) => compilePattern(text(pattern)).test(text(value))],
  ['startsWith', (value, prefix) => text(value).startsWith(text(prefix))],
  ['endsWith', (value, suffix) => text(value).endsWith(text(suffix))],
  ['contains', (value, part) => text(value).includes(text(part))],
  ['lowerAscii', (value) => text(value).replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())],
  ['upperAscii', (value) => text(value).replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())],
  ['isLessThan', (value, other) => quantityOf(value).nanos < quantityOf(other).nanos],
  ['isGreaterThan', (value, other) => quantityOf(value).nanos > quantityOf(other).nanos],
  ['trim', (value) => text(value).trim()],
  ['split', (value, separator) => text(value).split(text(separator))],
  [
    'join',
    (value, separator) =>
      list(value)
        .map(text)
        .join(separator === undefined ? '' : text(separator)),
  ],
  ['replace', (value, from, to) => text(value).replaceAll(text(from), () => text(to))],
  ['indexOf', (value, part) => text(value).indexOf(text(part))],
]);
