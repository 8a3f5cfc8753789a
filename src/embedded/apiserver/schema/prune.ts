import { childPath, isRecord, propertySchema, type StructuralSchema } from './structural-schema.ts';

const typeMeta = ['apiVersion', 'kind', 'metadata'];

/** Removes fields that the schema does not know, in place; returns their paths (`spec.foo`, `spec.list[0].bar`). */
export function pruneUnknown(value: unknown, schema: StructuralSchema, path = ''): string[] {
  if (Array.isArray(value)) {
    const items = schema.items;
    return items ? value.flatMap((item, index) => pruneUnknown(item, items, `${path}[${index}]`)) : [];
  }
  if (!isRecord(value)) return [];
  return Object.keys(value).flatMap((name) => pruneProperty(value, name, { schema, path }));
}

function pruneProperty(
  value: Record<string, unknown>,
  name: string,
  { schema, path }: { schema: StructuralSchema; path: string },
): string[] {
  const child = childPath(path, name);
  const property = propertySchema(schema, name);
  if (property) return pruneUnknown(value[name], property, child);
  if (isKept(schema, name)) return [];
  delete value[name];
  return [child];
}

function isKept(schema: StructuralSchema, name: string): boolean {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true)
    return true;
  return schema['x-kubernetes-embedded-resource'] === true && typeMeta.includes(name);
}
