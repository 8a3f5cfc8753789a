import { objectMeta } from '../schema/meta-schemas.ts';
import { apiVersionOf, type ResourceDefinition } from '../resources/resource-definition.ts';
import { convertInline, convertSchema, type Dialect, type OpenApiSchema } from './convert-schema.ts';
import { definitionName, groupVersionKind } from './names.ts';

export type KindSchema = OpenApiSchema & { readonly 'x-kubernetes-group-version-kind'?: readonly object[] };

/** Definitions of kinds with their lists, and those they refer to. */
export function definitions(
  kinds: readonly ResourceDefinition[],
  dialect: Dialect,
): Record<string, KindSchema> {
  const shared = { [objectMeta['x-definition'] ?? '']: convertInline(objectMeta, dialect) };
  return kinds.reduce<Record<string, KindSchema>>(
    (all, kind) => ({ ...all, ...kindDefinitions(kind, dialect) }),
    shared,
  );
}

function kindDefinitions(kind: ResourceDefinition, dialect: Dialect): Record<string, KindSchema> {
  const name = definitionName(kind);
  const ref = { $ref: `${dialect.refPrefix}${name}` };
  const gvk = groupVersionKind(kind);
  const object = { ...convertSchema(kind.schema, dialect), 'x-kubernetes-group-version-kind': [gvk] };
  const list: KindSchema = {
    type: 'object',
    description: `${kind.kind}List is a list of ${kind.kind} in ${apiVersionOf(kind)}.`,
    required: ['items'],
    properties: {
      apiVersion: { type: 'string', description: 'The version of the schema, as <group>/<version>.' },
      kind: { type: 'string', description: 'The kind of the list.' },
      metadata: { type: 'object', description: 'Standard metadata of every list.' },
      items: { type: 'array', items: ref, description: 'The objects.' },
    },
    'x-kubernetes-group-version-kind': [{ ...gvk, kind: kind.listKind }],
  };
  return { [name]: object, [`${name}List`]: list };
}
