import type { JsonObject } from '../../store/stored-object.ts';
import { apiVersionOf, type ResourceDefinition } from '../resources/resource-definition.ts';
import type { ResourceRegistry } from '../resources/resource-registry.ts';

export const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
export const statusVerbs = ['get', 'patch', 'update'];

/** `GET /api`. */
export function apiVersions(): JsonObject {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

/** `GET /apis` and, for one group, `GET /apis/<group>`. */
export function apiGroupList(registry: ResourceRegistry): JsonObject {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: registry.groups().map(apiGroup) };
}

export function findApiGroup(registry: ResourceRegistry, name: string): JsonObject | undefined {
  const found = registry.groups().find(({ group }) => group === name);
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(found) };
}

function apiGroup({ group, versions }: { group: string; versions: readonly string[] }): JsonObject {
  const list = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: list, preferredVersion: list[0] };
}

/** `GET /api/v1` and `GET /apis/<group>/<version>`; undefined when nothing is served there. */
export function apiResourceList(
  registry: ResourceRegistry,
  group: string,
  version: string,
): JsonObject | undefined {
  const definitions = registry.inVersion(group, version);
  if (definitions.length === 0) return undefined;
  const groupVersion = apiVersionOf({ group, version });
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: definitions.flatMap(apiResources),
  };
}

function apiResources(definition: ResourceDefinition): JsonObject[] {
  const { plural, singular, namespaced, kind, shortNames, categories } = definition;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const status = { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: statusVerbs };
  const streams = streamsOf(definition).map(({ name, streamKind }) => {
    return { name: `${plural}/${name}`, singularName: '', namespaced, kind: streamKind, verbs: ['get'] };
  });
  return [main, ...streams, ...(definition.statusSubresource ? [status] : [])];
}

/** Parts that are streams and no objects: `src/embedded/apiserver/pods`. */
export function streamsOf({
  group,
  plural,
}: Pick<ResourceDefinition, 'group' | 'plural'>): { name: string; streamKind: string }[] {
  if (group !== '' || plural !== 'pods') return [];
  return [
    { name: 'log', streamKind: 'Pod' },
    { name: 'proxy', streamKind: 'PodProxyOptions' },
  ];
}
