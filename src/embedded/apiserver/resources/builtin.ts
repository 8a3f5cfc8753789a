import type { KubeObject } from '../../store/stored-object.ts';
import { objectMeta, text, withTags } from '../schema/meta-schemas.ts';
import type { StructuralSchema } from '../schema/structural-schema.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { apiVersionOf, type ResourceDefinition } from './resource-definition.ts';

type Optional =
  | 'listKind'
  | 'singular'
  | 'shortNames'
  | 'categories'
  | 'columns'
  | 'statusSubresource'
  | 'tracksGeneration'
  | 'nameRule'
  | 'allowCreateOnUpdate'
  | 'allowUnconditionalUpdate'
  | 'selectableFields'
  | 'storage'
  | 'fromStorage'
  | 'toStorage'
  | 'hooks';

/** A built-in kind as its file in `kinds/` states it: `fields` are its top-level fields beside the type and metadata. */
export type BuiltinKind = Omit<ResourceDefinition, Optional | 'schema' | 'custom'> &
  Partial<Pick<ResourceDefinition, Optional>> & {
    readonly fields: Readonly<Record<string, StructuralSchema>>;
    readonly requiredFields?: readonly string[];
    /** Numbers of the top-level fields in upstream's protobuf message; without them only JSON and YAML are read. */
    readonly protobuf?: Readonly<Record<string, number>>;
  };

/** Completes a built-in kind with what most kinds have in common. */
export function defineBuiltin({
  fields,
  requiredFields = [],
  protobuf = {},
  ...kind
}: BuiltinKind): ResourceDefinition {
  const apiVersion = apiVersionOf(kind);
  const withVersion = (object: KubeObject): KubeObject => ({ ...object, apiVersion, kind: kind.kind });
  return {
    listKind: `${kind.kind}List`,
    singular: kind.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    columns: [],
    statusSubresource: false,
    tracksGeneration: false,
    nameRule: dns1123Subdomain,
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: true,
    selectableFields: [],
    storage: `${kind.group}/${kind.plural}`,
    fromStorage: withVersion,
    toStorage: withVersion,
    hooks: {},
    ...kind,
    custom: false,
    schema: objectSchema(
      kind.description,
      withTags({ metadata: objectMeta, ...fields }, protobuf),
      requiredFields,
    ),
  };
}

function objectSchema(
  description: string,
  fields: Readonly<Record<string, StructuralSchema>>,
  requiredFields: readonly string[],
): StructuralSchema {
  return {
    type: 'object',
    description,
    properties: {
      apiVersion: text('The version of the schema, as <group>/<version>.'),
      kind: text('The kind of the object.'),
      ...fields,
    },
    ...(requiredFields.length > 0 && { required: requiredFields }),
  };
}
