import { duplicate, invalid, required, tooMany, type FieldError } from '../status/field-error.ts';
import { childPath, isRecord, propertySchema, type StructuralSchema } from './structural-schema.ts';

interface Context {
  readonly path: string;
  /** validateValue; passed in because the two files would otherwise import each other. */
  readonly validate: (value: unknown, schema: StructuralSchema, path: string) => FieldError[];
}

export function validateObject(
  value: Record<string, unknown>,
  schema: StructuralSchema,
  context: Context,
): FieldError[] {
  const { path, validate } = context;
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name));
  const children = Object.entries(value).flatMap(([name, child]) => {
    const property = propertySchema(schema, name);
    return property ? validate(child, property, childPath(path, name)) : [];
  });
  return [
    ...missing.map((name) => required(childPath(path, name))),
    ...propertyCountErrors(value, schema, path),
    ...children,
  ];
}

function propertyCountErrors(value: object, schema: StructuralSchema, path: string): FieldError[] {
  const count = Object.keys(value).length;
  const { minProperties, maxProperties } = schema;
  const few = `${path} in body should have at least ${minProperties} properties`;
  return [
    ...(minProperties !== undefined && count < minProperties ? [invalid(path, value, few)] : []),
    ...(maxProperties !== undefined && count > maxProperties ? [tooMany(path, count, maxProperties)] : []),
  ];
}

export function validateArray(
  value: readonly unknown[],
  schema: StructuralSchema,
  context: Context,
): FieldError[] {
  const { path, validate } = context;
  const { items, minItems, maxItems } = schema;
  const few = `${path} in body should have at least ${minItems} items`;
  return [
    ...(minItems !== undefined && value.length < minItems ? [invalid(path, value.length, few)] : []),
    ...(maxItems !== undefined && value.length > maxItems ? [tooMany(path, value.length, maxItems)] : []),
    ...(items ? value.flatMap((item, index) => validate(item, items, `${path}[${index}]`)) : []),
    ...duplicateErrors(value, schema, path),
  ];
}

function duplicateErrors(value: readonly unknown[], schema: StructuralSchema, path: string): FieldError[] {
  const seen = new Set<string>();
  return listIdentities(value, schema).flatMap((identity, index) => {
    const text = JSON.stringify(identity);
    if (seen.has(text)) return [duplicate(`${path}[${index}]`, identity)];
    seen.add(text);
    return [];
  });
}

/** What must be unique in a list of type set or map; nothing for atomic lists. */
function listIdentities(value: readonly unknown[], schema: StructuralSchema): unknown[] {
  if (schema['x-kubernetes-list-type'] === 'set' || schema.uniqueItems === true) return [...value];
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || !keys) return [];
  return value.map((item) =>
    Object.fromEntries(
      keys.map((key) => [key, isRecord(item) ? (item[key] ?? defaultOf(schema, key)) : undefined]),
    ),
  );
}

function defaultOf(schema: StructuralSchema, key: string): unknown {
  return schema.items?.properties?.[key]?.default;
}
