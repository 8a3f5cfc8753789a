import type { JsonObject } from '../../store/stored-object.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import type { ResourceRegistry } from '../resources/resource-registry.ts';
import { statusVerbs, streamsOf, verbs } from './resource-list.ts';

const marker = 'g=apidiscovery.k8s.io';

/** The version of apidiscovery.k8s.io that an Accept header asks for first, if any. */
export function wantsAggregated(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  const ranges = (accept ?? '').split(',').map((range) => range.replaceAll(' ', ''));
  const wanted = ranges.filter((range) => range.startsWith('application/json') && range.includes(marker));
  if (wanted.some((range) => range.includes('v=v2;') || range.endsWith('v=v2'))) return 'v2';
  return wanted.some((range) => range.includes('v=v2beta1')) ? 'v2beta1' : undefined;
}

/** `GET /api` or `/apis` in one document: APIGroupDiscoveryList. */
export function aggregatedDiscovery(
  registry: ResourceRegistry,
  root: 'api' | 'apis',
  version: 'v2' | 'v2beta1',
): JsonObject {
  const groups = root === 'api' ? [{ group: '', versions: ['v1'] }] : registry.groups();
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versions.map((name) => ({
        version: name,
        resources: registry.inVersion(group, name).map(discoveredResource),
        freshness: 'Current',
      })),
    })),
  };
}

export function aggregatedContentType(version: 'v2' | 'v2beta1'): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

function discoveredResource(definition: ResourceDefinition): JsonObject {
  const { group, version, kind, plural, singular, namespaced, shortNames, categories, statusSubresource } =
    definition;
  const responseKind = { group, version, kind };
  const subresources = [
    ...streamsOf(definition).map(({ name, streamKind }) => {
      return { subresource: name, responseKind: { group, version, kind: streamKind }, verbs: ['get'] };
    }),
    ...(statusSubresource ? [{ subresource: 'status', responseKind, verbs: statusVerbs }] : []),
  ];
  return {
    resource: plural,
    responseKind,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources }),
  };
}
