import type { KubeObject, ObjectKey } from '../../store/stored-object.ts';
import { applyDefaults } from '../schema/defaults.ts';
import { pruneUnknown } from '../schema/prune.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import { badRequest, notFound } from '../status/refusals.ts';
import type { ApiContext } from './api-context.ts';

/** A request to one kind, independent of HTTP. `namespace` and `name` are empty where the path has none. */
export interface ResourceRequest {
  readonly definition: ResourceDefinition;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
}

export function keyOf(
  { definition, namespace }: Pick<ResourceRequest, 'definition' | 'namespace'>,
  name: string,
): ObjectKey {
  return { resource: definition.storage, path: definition.namespaced ? `${namespace}/${name}` : name };
}

/**
 * A stored object in the version that was asked for. Custom resources are pruned and defaulted on the way out too,
 * because their CRD may have changed since they were written.
 */
export function decodeStored(definition: ResourceDefinition, body: string): KubeObject {
  const object = definition.fromStorage(JSON.parse(body) as KubeObject);
  if (!definition.custom) return object;
  pruneUnknown(object, definition.schema);
  applyDefaults(object, definition.schema);
  return object;
}

export function readObject(context: ApiContext, request: ResourceRequest): KubeObject | undefined {
  const body = context.store.get(keyOf(request, request.name));
  return body === undefined ? undefined : decodeStored(request.definition, body);
}

/** @throws StatusError 404 */
export function mustReadObject(context: ApiContext, request: ResourceRequest): KubeObject {
  const object = readObject(context, request);
  if (!object) throw notFound(request.definition, request.name);
  return object;
}

/** True for `true`, `1` and an empty value, as Go's query decoding has it. @throws StatusError 400 for anything else. */
export function booleanParameter(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (['true', '1', 't', 'T', 'TRUE', 'True'].includes(value)) return true;
  if (['', 'false', '0', 'f', 'F', 'FALSE', 'False'].includes(value)) return false;
  throw badRequest(`unable to parse query parameter ${name}: ${JSON.stringify(value)} is not a boolean`);
}

/** @throws StatusError 400 when it is no whole number. */
export function integerParameter(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  throw badRequest(`unable to parse query parameter ${name}: ${JSON.stringify(value)} is not a whole number`);
}
