import type { ResourceDefinition } from '../resources/resource-definition.ts';

const upstreamPackages: Readonly<Record<string, string>> = {
  '': 'io.k8s.api.core',
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
};

/** Name of a kind's definition: upstream's Go package for built-in kinds, the reversed group for custom ones. */
export function definitionName({ group, version, kind, custom }: ResourceDefinition): string {
  if (custom) return `${group.split('.').toReversed().join('.')}.${version}.${kind}`;
  return `${upstreamPackages[group] ?? `io.k8s.api.${group.split('.')[0] ?? ''}`}.${version}.${kind}`;
}

/** Paths of a kind's collection and of one object, as templates. */
export function resourcePaths({ group, version, plural, namespaced }: ResourceDefinition): {
  collection: string;
  item: string;
} {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  return { collection, item: `${collection}/{name}` };
}

/** How OpenAPI marks what a definition or an operation is about. */
export function groupVersionKind({ group, version, kind }: ResourceDefinition): {
  group: string;
  version: string;
  kind: string;
} {
  return { group, version, kind };
}
