import type { KubeObject } from '../../store/stored-object.ts';
import { objectMeta, text } from '../schema/meta-schemas.ts';
import type { StructuralSchema } from '../schema/structural-schema.ts';
import { customColumns } from '../table/custom-columns.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { completeNames, crdSpec } from './crd-status.ts';
import type { CrdVersion } from './crd-types.ts';
import { apiVersionOf, type ResourceDefinition } from './resource-definition.ts';

/** The kinds that a CustomResourceDefinition serves: one definition a version. */
export function customResources(crd: KubeObject): ResourceDefinition[] {
  const { versions } = crdSpec(crd);
  const storage = versions.find((version) => version.storage);
  return versions
    .filter(({ served }) => served)
    .map((version) => customResource(crd, version, storage ?? version));
}

function customResource(crd: KubeObject, version: CrdVersion, storage: CrdVersion): ResourceDefinition {
  const { group, scope, names } = crdSpec(crd);
  const schema = version.schema?.openAPIV3Schema ?? {};
  const stored = apiVersionOf({ group, version: storage.name });
  const served = apiVersionOf({ group, version: version.name });
  const warning = version.deprecationWarning ?? `${served} ${names.kind} is deprecated`;
  return {
    ...completeNames(names),
    group,
    version: version.name,
    namespaced: scope === 'Namespaced',
    custom: true,
    description: schema.description ?? '',
    schema: withTypeMeta(schema),
    columns: customColumns(version.additionalPrinterColumns),
    statusSubresource: version.subresources?.status !== undefined,
    tracksGeneration: true,
    nameRule: dns1123Subdomain,
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: false,
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    storage: `${group}/${names.plural}`,
    fromStorage: (object) => ({ ...object, apiVersion: served }),
    toStorage: (object) => ({ ...object, apiVersion: stored }),
    hooks: version.deprecated === true ? { warnings: () => [warning] } : {},
  };
}

/** Type and metadata are always known, whatever the schema says about them; its limits on metadata.name stay. */
function withTypeMeta(schema: StructuralSchema): StructuralSchema {
  const own = schema.properties?.['metadata']?.properties ?? {};
  const metadata = { ...objectMeta, properties: { ...objectMeta.properties, ...own } };
  const typeMeta = {
    apiVersion: text('The version of the schema, as <group>/<version>.'),
    kind: text('The kind of the object.'),
  };
  return { ...schema, type: 'object', properties: { ...schema.properties, ...typeMeta, metadata } };
}
