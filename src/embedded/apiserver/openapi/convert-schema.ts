import type { StructuralSchema } from '../schema/structural-schema.ts';

/** A schema as OpenAPI v2 or v3 shows it. */
export type OpenApiSchema = Omit<
  StructuralSchema,
  'properties' | 'items' | 'additionalProperties' | 'allOf'
> & {
  readonly $ref?: string;
  readonly allOf?: readonly (OpenApiSchema | StructuralSchema)[];
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly items?: OpenApiSchema;
  readonly additionalProperties?: OpenApiSchema | boolean;
};

export interface Dialect {
  readonly version: 'v2' | 'v3';
  /** Where shared definitions lie: `#/definitions/` or `#/components/schemas/`. */
  readonly refPrefix: string;
}

export const v2: Dialect = { version: 'v2', refPrefix: '#/definitions/' };
export const v3: Dialect = { version: 'v3', refPrefix: '#/components/schemas/' };

/** Turns a structural schema into OpenAPI; shared definitions become references. */
export function convertSchema(schema: StructuralSchema, dialect: Dialect): OpenApiSchema {
  const definition = schema['x-definition'];
  return definition === undefined ? convertInline(schema, dialect) : reference(definition, schema, dialect);
}

function reference(
  definition: string,
  { description = '' }: StructuralSchema,
  { version, refPrefix }: Dialect,
): OpenApiSchema {
  const $ref = `${refPrefix}${definition}`;
  return version === 'v2' ? { $ref, description } : { allOf: [{ $ref }], description };
}

/** The schema itself, even when it is a shared definition. */
export function convertInline(schema: StructuralSchema, dialect: Dialect): OpenApiSchema {
  const {
    properties,
    items,
    additionalProperties,
    'x-definition': _name,
    'x-protobuf-tag': _tag,
    ...rest
  } = schema;
  if (dialect.version === 'v2' && isOpaqueInV2(schema)) return opaque(schema);
  const { nullable, anyOf, oneOf, not, allOf, ...plain } = rest;
  const children = {
    ...(properties && { properties: mapValues(properties, (property) => convertSchema(property, dialect)) }),
    ...(items && { items: convertSchema(items, dialect) }),
    ...additional(additionalProperties, dialect),
  };
  if (dialect.version === 'v2') return { ...plain, ...children };
  const logic = { nullable, anyOf, oneOf, not, allOf };
  const stated = Object.fromEntries(Object.entries(logic).filter(([, value]) => value !== undefined));
  return { ...plain, ...stated, ...children };
}

function additional(
  schema: StructuralSchema | boolean | undefined,
  dialect: Dialect,
): Pick<OpenApiSchema, 'additionalProperties'> {
  if (schema === undefined) return {};
  return { additionalProperties: typeof schema === 'boolean' ? schema : convertSchema(schema, dialect) };
}

/**
 * What clients that validate with v2 (kubectl up to 1.24) would refuse although it is right: nulls, numbers or texts,
 * unknown fields. Upstream leaves types and children out there too (apiextensions ToStructuralOpenAPIV2).
 */
function isOpaqueInV2(schema: StructuralSchema): boolean {
  return (
    schema.nullable === true ||
    schema['x-kubernetes-int-or-string'] === true ||
    schema['x-kubernetes-preserve-unknown-fields'] === true
  );
}

function opaque(schema: StructuralSchema): OpenApiSchema {
  const isObject = schema.type === 'object' && schema.nullable !== true;
  return {
    ...(schema.description !== undefined && { description: schema.description }),
    ...(isObject && { type: 'object' as const }),
    ...(schema['x-kubernetes-preserve-unknown-fields'] === true && {
      'x-kubernetes-preserve-unknown-fields': true,
    }),
    ...(schema['x-kubernetes-int-or-string'] === true && { 'x-kubernetes-int-or-string': true }),
  };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
