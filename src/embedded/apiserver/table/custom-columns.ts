import type { KubeObject } from '../../store/stored-object.ts';
import type { CrdColumn } from '../resources/crd-types.ts';
import type { PrinterColumn } from '../resources/resource-definition.ts';
import { age } from './age.ts';
import { ageColumn, nameColumn } from './builtin-columns.ts';
import { evaluateJsonPath, parseJsonPath, type JsonPath } from './jsonpath.ts';

/** Columns of a custom kind: the name, then those of the CRD, or the age when it has none. */
export function customColumns(columns: readonly CrdColumn[] | undefined): PrinterColumn[] {
  if (!columns || columns.length === 0) return [nameColumn, ageColumn];
  return [nameColumn, ...columns.map(customColumn)];
}

function customColumn({ name, type, jsonPath, format, description, priority }: CrdColumn): PrinterColumn {
  const path = parseJsonPath(jsonPath);
  return {
    name,
    type,
    ...(format !== undefined && { format }),
    description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority: priority ?? 0,
    cell: (object, now) => customCell(object, { path, type, now }),
  };
}

type Convert = (first: unknown, now: number) => unknown;

/** Mirrors apiextensions' tableconvertor: dates become ages, a value of another type shows nothing. */
const converters: Readonly<Record<Exclude<CrdColumn['type'], 'string'>, Convert>> = {
  date: (first, now) => (first === null ? null : typeof first === 'string' ? age(first, now) : '<invalid>'),
  integer: (first) => (typeof first === 'number' ? Math.trunc(first) : null),
  number: (first) => (typeof first === 'number' ? first : null),
  boolean: (first) => (typeof first === 'boolean' ? first : null),
};

function customCell(
  object: KubeObject,
  { path, type, now }: { path: JsonPath; type: CrdColumn['type']; now: number },
): unknown {
  const values = evaluateJsonPath(path, object);
  if (values.length === 0) return null;
  return type === 'string' ? values.map(printed).join(',') : converters[type](values[0], now);
}

function printed(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
