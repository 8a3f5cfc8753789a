import { isRecord, propertySchema, type StructuralSchema } from './structural-schema.ts';

/**
 * Fills in defaults, in place. A null where the schema allows none gives way to the default, as upstream
 * (a null without a default stays, and validation refuses it).
 */
export function applyDefaults(value: unknown, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) applyDefaults(item, schema.items);
    return;
  }
  if (!isRecord(value)) return;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (needsDefault(value, name, property)) value[name] = structuredClone(property.default);
  }
  for (const [name, child] of Object.entries(value)) {
    const property = propertySchema(schema, name);
    if (property) applyDefaults(child, property);
  }
}

function needsDefault(value: Record<string, unknown>, name: string, property: StructuralSchema): boolean {
  if (property.default === undefined) return false;
  if (!Object.hasOwn(value, name)) return true;
  return value[name] === null && property.nullable !== true;
}
