import type { KubeObject } from '../../store/stored-object.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import type { ResourceRequest } from '../verbs/resource-request.ts';

/** A request by the server itself for all objects of a kind, in one namespace or everywhere. */
export function allOf(definition: ResourceDefinition, namespace = ''): ResourceRequest {
  return { definition, namespace, name: '', subresource: '', query: new URLSearchParams() };
}

export function oneOf(definition: ResourceDefinition, { metadata }: KubeObject): ResourceRequest {
  return { ...allOf(definition, metadata.namespace ?? ''), name: metadata.name };
}
