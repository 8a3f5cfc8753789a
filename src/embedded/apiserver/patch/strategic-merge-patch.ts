import { isDeepStrictEqual } from 'node:util';
import { isRecord, propertySchema, type StructuralSchema } from '../schema/structural-schema.ts';
import { PatchError } from './json-patch.ts';
import { setOwn } from './merge-patch.ts';

const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';
type Fields = Record<string, unknown>;

/**
 * Strategic merge patch: a merge patch in which lists that the schema marks with `x-kubernetes-patch-strategy: merge`
 * merge by their key. Directives: `$patch: delete|replace|merge`, `$deleteFromPrimitiveList`, `$setElementOrder`, `$retainKeys`.
 * Changes neither argument.
 */
export function applyStrategicMergePatch(
  target: unknown,
  patch: unknown,
  schema: StructuralSchema | undefined,
): unknown {
  if (!isRecord(patch)) return patch;
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  if (patch['$patch'] === 'delete') return {};
  const result = retainKeys(isRecord(target) ? { ...target } : {}, patch['$retainKeys']);
  for (const [name, value] of Object.entries(withoutDirectives(patch)))
    mergeField(result, name, { value, schema });
  for (const [name, value] of Object.entries(patch)) applyListDirective(result, name, { value, schema });
  return result;
}

function retainKeys(target: Fields, keys: unknown): Fields {
  if (!Array.isArray(keys)) return target;
  return Object.fromEntries(Object.entries(target).filter(([name]) => keys.includes(name)));
}

function withoutDirectives(patch: Fields): Fields {
  return Object.fromEntries(Object.entries(patch).filter(([name]) => !name.startsWith('$')));
}

interface Field {
  readonly value: unknown;
  readonly schema: StructuralSchema | undefined;
}

function mergeField(result: Fields, name: string, { value, schema }: Field): void {
  if (value === null) {
    delete result[name];
    return;
  }
  const property = schema && propertySchema(schema, name);
  const current = Object.hasOwn(result, name) ? result[name] : undefined;
  const merged = Array.isArray(value)
    ? mergeList(current, value, property)
    : applyStrategicMergePatch(current, value, property);
  setOwn(result, name, merged);
}

function mergeList(
  current: unknown,
  patch: readonly unknown[],
  schema: StructuralSchema | undefined,
): unknown[] {
  const merges = (schema?.['x-kubernetes-patch-strategy'] ?? '').split(',').includes('merge');
  const old: unknown[] = Array.isArray(current) ? current : [];
  if (!merges || patch.some((item) => isRecord(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !isRecord(item) || item['$patch'] === undefined);
  }
  const key = schema?.['x-kubernetes-patch-merge-key'];
  const merged =
    key === undefined ? union(old, patch) : mergeByKey(old, patch, { key, schema: schema?.items });
  return inOrder(merged, patch, { key, before: old });
}

function union(old: readonly unknown[], patch: readonly unknown[]): unknown[] {
  return [...old, ...patch.filter((item) => !old.some((other) => isDeepStrictEqual(other, item)))];
}

type MergeKey = { readonly key: string; readonly schema: StructuralSchema | undefined };

function mergeByKey(old: readonly unknown[], patch: readonly unknown[], by: MergeKey): unknown[] {
  return patch.reduce<unknown[]>((list, item) => mergeItem(list, item, by), [...old]);
}

function mergeItem(list: unknown[], item: unknown, by: MergeKey): unknown[] {
  if (!isRecord(item) || !Object.hasOwn(item, by.key)) {
    throw new PatchError(
      'malformed',
      `map: ${JSON.stringify(item)} does not contain declared merge key: ${by.key}`,
    );
  }
  const same = (other: unknown): boolean => isRecord(other) && isDeepStrictEqual(other[by.key], item[by.key]);
  if (item['$patch'] === 'delete') return list.filter((other) => !same(other));
  if (!list.some(same)) return [...list, applyStrategicMergePatch({}, item, by.schema)];
  return list.map((other) => (same(other) ? applyStrategicMergePatch(other, item, by.schema) : other));
}

function applyListDirective(result: Fields, name: string, { value, schema }: Field): void {
  if (!Array.isArray(value)) return;
  if (name.startsWith(deletePrefix)) {
    const field = name.slice(deletePrefix.length);
    const current = result[field];
    if (Array.isArray(current))
      result[field] = current.filter((item) => !value.some((gone) => isDeepStrictEqual(gone, item)));
  } else if (name.startsWith(orderPrefix)) {
    const field = name.slice(orderPrefix.length);
    const key = (schema && propertySchema(schema, field))?.['x-kubernetes-patch-merge-key'];
    const current = result[field];
    if (Array.isArray(current)) result[field] = inOrder(current, value, { key, before: current });
  }
}

/**
 * Items that `order` names, in its order; the others keep their place between them as they had it `before`. An item that
 * was not there before comes as early as its order allows. (strategicpatch.normalizeElementOrder of k8s.io/apimachinery)
 */
function inOrder(
  list: readonly unknown[],
  order: readonly unknown[],
  { key, before }: { key: string | undefined; before: readonly unknown[] },
): unknown[] {
  const identity = (item: unknown): string =>
    JSON.stringify(key !== undefined && isRecord(item) ? item[key] : item);
  const wanted = order.map(identity);
  const places = before.map(identity);
  const place = (item: unknown): number => places.indexOf(identity(item));
  const named = list
    .filter((item) => wanted.includes(identity(item)))
    .sort((a, b) => wanted.indexOf(identity(a)) - wanted.indexOf(identity(b)));
  const others = list.filter((item) => !wanted.includes(identity(item)));
  return others.reduceRight<unknown[]>((result, other) => {
    const next = result.findIndex((item) => place(item) > place(other));
    const at = next === -1 ? result.length : next;
    return result.toSpliced(at, 0, other);
  }, named);
}
