import { isRecord, propertySchema, type StructuralSchema } from './structural-schema.ts';

const rfc3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})$/i;

/** Brings times of built-in kinds into upstream's form, in place: UTC, cut to seconds or padded to microseconds. */
export function normalizeTimes(value: unknown, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) normalizeTimes(item, schema.items);
    return;
  }
  if (!isRecord(value)) return;
  for (const [name, child] of Object.entries(value)) {
    const property = propertySchema(schema, name);
    if (!property) continue;
    const precision = property['x-time-precision'];
    if (precision && typeof child === 'string') value[name] = normalizeTime(child, precision);
    else normalizeTimes(child, property);
  }
}

const microTime = /\.\d{6}(?:Z|[+-]\d{2}:\d{2})$/;

/** Texts that are no times stay as they are, for validation to refuse. @throws RangeError for a MicroTime without six digits. */
export function normalizeTime(text: string, precision: 'seconds' | 'microseconds'): string {
  const [, whole = '', fraction = '', zone = ''] = rfc3339.exec(text) ?? [];
  const time = Date.parse(`${whole}${zone}`);
  if (Number.isNaN(time)) return text;
  const seconds = new Date(time).toISOString().slice(0, 19);
  if (precision === 'seconds') return `${seconds}Z`;
  // Upstream reads nothing else, and a client that gets away with it here would fail there.
  if (!microTime.test(text))
    throw new RangeError(`${text} needs microseconds, six digits: 2006-01-02T15:04:05.000000Z`);
  return `${seconds}.${fraction}Z`;
}
