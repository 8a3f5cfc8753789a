import { isRecord, propertySchema, type StructuralSchema } from './structural-schema.ts';

/**
 * Fills in defaults, in place. A null where the schema allows none counts as absent: it gives way to the default, or goes
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting-and-nullable).
 */
export function applyDefaults(value: unknown, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) applyDefaults(item, schema.items);
    return;
  }
  if (!isRecord(value)) return;
  dropForbiddenNulls(value, schema);
  addDefaults(value, schema);
  for (const [name, child] of Object.entries(value)) {
    const property = propertySchema(schema, name);
    if (property) applyDefaults(child, property);
  }
}

function addDefaults(value: Record<string, unknown>, schema: StructuralSchema): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined || Object.hasOwn(value, name)) continue;
    value[name] = structuredClone(property.default);
  }
}

function dropForbiddenNulls(value: Record<string, unknown>, schema: StructuralSchema): void {
  for (const [name, child] of Object.entries(value)) {
    const property = child === null ? propertySchema(schema, name) : undefined;
    if (property && property.nullable !== true && !isOpen(property)) delete value[name];
  }
}

function isOpen(schema: StructuralSchema): boolean {
  return schema.type === undefined && schema['x-kubernetes-int-or-string'] !== true;
}
