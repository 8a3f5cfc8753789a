import * as z from 'zod';
import { PlatformError } from '../lib/errors.ts';

type JsonSchema = Record<string, unknown>;

/** The keywords that a structural schema has and that our schemas use. */
const kept =
  'type nullable format description default enum properties required items additionalProperties minLength maxLength minItems maxItems minimum maximum pattern'.split(
    ' ',
  );

/** JSON Schema keywords that say nothing more here. zod checks; the API server has no place for them. */
const dropped = ['$schema', 'propertyNames', 'const', 'id'];

/**
 * A structural schema as Kubernetes defines it, from a zod schema:
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 * Throws `internal` for what cannot be said in one, so that a rule is never lost silently.
 */
export function structuralSchema(schema: z.ZodType): JsonSchema {
  return convert(z.toJSONSchema(schema, { io: 'input', reused: 'inline', unrepresentable: 'throw' }), '$');
}

function convert(schema: JsonSchema, path: string): JsonSchema {
  if (schema['x-kubernetes-int-or-string'] === true) return extensions(schema);
  const node = withNullable(schema);
  refuseUnknown(node, path);
  const keywords = kept.filter((key) => node[key] !== undefined && !saysNothing(key, node[key]));
  const result: JsonSchema = Object.fromEntries(
    keywords.map((key) => [key, convertKeyword(key, node[key], path)]),
  );
  if ('const' in node) result['enum'] = [node['const']];
  return { ...withoutIntegerBounds(result), ...extensions(node) };
}

/** JSON Schema says it with a second type, OpenAPI 3.0 with a keyword of its own. */
function withNullable(node: JsonSchema): JsonSchema {
  const { type, anyOf, ...rest } = node;
  if (Array.isArray(type) && type.length === 2 && type[1] === 'null')
    return { ...rest, type: type[0] as unknown, nullable: true };
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return node;
  const [one, other] = anyOf as JsonSchema[];
  return other?.['type'] === 'null' ? { ...rest, ...one, nullable: true } : node;
}

function convertKeyword(key: string, value: unknown, path: string): unknown {
  if (key === 'items' || (key === 'additionalProperties' && typeof value === 'object'))
    return convert(value as JsonSchema, `${path}[]`);
  if (key !== 'properties') return value;
  const entries = Object.entries(value as Record<string, JsonSchema>);
  return Object.fromEntries(entries.map(([name, child]) => [name, convert(child, `${path}.${name}`)]));
}

function refuseUnknown(node: JsonSchema, path: string): void {
  const unknown = Object.keys(node).filter(
    (key) => !kept.includes(key) && !dropped.includes(key) && !key.startsWith('x-kubernetes-'),
  );
  const anything = node['x-kubernetes-preserve-unknown-fields'] === true && node['type'] === undefined;
  if (typeof node['type'] !== 'string' && !anything) unknown.push('no single type');
  if (unknown.length > 0)
    throw new PlatformError('internal', `${path} cannot be put into a CRD: ${unknown.join(', ')}`);
}

/** The parts of an int-or-string, which must have no type, and of all others. */
function extensions(node: JsonSchema): JsonSchema {
  const keys = Object.keys(node).filter((key) => key.startsWith('x-kubernetes-'));
  if (node['x-kubernetes-int-or-string'] === true) keys.unshift('description');
  return Object.fromEntries(keys.filter((key) => node[key] !== undefined).map((key) => [key, node[key]]));
}

/** zod bounds every integer by what a double can hold; Kubernetes says int64. */
function withoutIntegerBounds(node: JsonSchema): JsonSchema {
  if (node['type'] !== 'integer') return node;
  const { minimum, maximum, ...rest } = node;
  return {
    ...rest,
    format: 'int64',
    ...(minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}

/** Unknown fields are pruned by the API server, and `false` beside `properties` would not be structural. */
function saysNothing(key: string, value: unknown): boolean {
  if (key !== 'additionalProperties') return false;
  return value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}
