import { forbidden, invalid, notSupported, required, type FieldError } from '../status/field-error.ts';
import { ruleSyntaxErrors } from './rules.ts';
import { shapeErrors } from './schema-shape.ts';
import { compilePattern } from '../schema/pattern.ts';
import { isRecord, type StructuralSchema } from '../schema/structural-schema.ts';
import { validateValue } from '../schema/validate-value.ts';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const maximumDepth = 50;

/**
 * What makes a schema not structural (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema).
 * @param path of the schema in the CRD, for messages.
 */
export function structuralErrors(schema: StructuralSchema, path: string): FieldError[] {
  const root =
    schema.type === 'object'
      ? []
      : [invalid(`${path}.type`, schema.type ?? '', 'must be object at the root')];
  return [...root, ...nodeErrors(schema, path, 0)];
}

function nodeErrors(schema: unknown, path: string, depth: number): FieldError[] {
  if (!isRecord(schema)) return [invalid(path, schema, 'must be a schema (an object)')];
  if (depth > maximumDepth) return [forbidden(path, `schemas may be nested ${maximumDepth} deep`)];
  const misshapen = shapeErrors(schema, path);
  if (misshapen.length > 0) return misshapen;
  const node = schema as StructuralSchema;
  return [
    ...typeErrors(node, path),
    ...exclusiveErrors(node, path),
    ...listErrors(node, path),
    ...valueErrors(node, path),
    ...ruleSyntaxErrors(node).map(({ index, rule, message }) =>
      invalid(`${path}.x-kubernetes-validations[${index}].rule`, rule, `compilation failed: ${message}`),
    ),
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
      nodeErrors(child, `${path}.properties[${name}]`, depth + 1),
    ),
    ...(node.items === undefined ? [] : nodeErrors(node.items, `${path}.items`, depth + 1)),
    ...(isRecord(node.additionalProperties)
      ? nodeErrors(node.additionalProperties, `${path}.additionalProperties`, depth + 1)
      : []),
  ];
}

function typeErrors(schema: StructuralSchema, path: string): FieldError[] {
  const free =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema.type === undefined) {
    return free ? [] : [required(`${path}.type`, 'must not be empty for specified object fields')];
  }
  if (!types.includes(schema.type)) return [notSupported(`${path}.type`, schema.type, types)];
  return schema.type === 'array' && schema.items === undefined
    ? [required(`${path}.items`, 'must be specified')]
    : [];
}

function exclusiveErrors(schema: StructuralSchema, path: string): FieldError[] {
  const detail = 'additionalProperties and properties are mutual exclusive';
  return [
    ...(schema.properties && schema.additionalProperties !== undefined
      ? [forbidden(`${path}.additionalProperties`, detail)]
      : []),
    ...(schema.uniqueItems === true
      ? [
          forbidden(
            `${path}.uniqueItems`,
            'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
          ),
        ]
      : []),
    ...('$ref' in schema ? [forbidden(`${path}.$ref`, '$ref is not supported')] : []),
  ];
}

function listErrors(schema: StructuralSchema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  if (type !== 'map')
    return keys
      ? [forbidden(`${path}.x-kubernetes-list-map-keys`, 'must be used with x-kubernetes-list-type map')]
      : [];
  if (!keys || keys.length === 0)
    return [
      required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'),
    ];
  const detail = 'entries must all be names of item properties that are required or have a default';
  return keys.flatMap((key, index) =>
    isUsableKey(schema.items, key)
      ? []
      : [invalid(`${path}.x-kubernetes-list-map-keys[${index}]`, key, detail)],
  );
}

function isUsableKey(items: StructuralSchema | undefined, key: string): boolean {
  const property =
    items?.properties && Object.hasOwn(items.properties, key) ? items.properties[key] : undefined;
  if (!property) return false;
  return property.default !== undefined || items?.required?.includes(key) === true;
}

function valueErrors(schema: StructuralSchema, path: string): FieldError[] {
  const wrong = schema.default === undefined ? [] : validateValue(schema.default, schema, `${path}.default`);
  if (schema.pattern === undefined) return wrong;
  try {
    compilePattern(schema.pattern);
    return wrong;
  } catch (error) {
    const detail = `must be a valid regular expression, but isn't: ${error instanceof Error ? error.message : ''}`;
    return [...wrong, invalid(`${path}.pattern`, schema.pattern, detail)];
  }
}
