import { isRecord, propertySchema, type StructuralSchema } from './structural-schema.ts';

/** Leaves out empty maps and lists, in place: Go's `omitempty`, which upstream's built-in types and ObjectMeta have. */
export function omitEmpty(value: unknown, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) omitEmpty(item, schema.items);
    return;
  }
  if (!isRecord(value)) return;
  for (const [name, child] of Object.entries(value)) {
    const property = propertySchema(schema, name);
    if (!property) continue;
    if (isEmptyContainer(child, property)) delete value[name];
    else omitEmpty(child, property);
  }
}

function isEmptyContainer(value: unknown, schema: StructuralSchema): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return schema.additionalProperties !== undefined && isRecord(value) && Object.keys(value).length === 0;
}
