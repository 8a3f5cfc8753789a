import { randomInt } from 'node:crypto';
import type { KubeObject, ObjectMeta } from '../../store/stored-object.ts';
import { namespaces, isTerminating } from '../resources/kinds/namespaces.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import { alreadyExists, badRequest, forbiddenBecause, notFound } from '../status/refusals.ts';
import { timestamp, type ApiContext } from './api-context.ts';
import { decodeObject } from './decode-object.ts';
import { decodeStored, keyOf, type ResourceRequest } from './resource-request.ts';
import { validateCreate } from './validate-object.ts';
import type { WriteOptions } from './write-options.ts';

export interface Written {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';
const longestPrefix = 58;
const generateAttempts = 8;

/** POST to a collection. @throws StatusError 400, 403, 404, 409, 422 */
export function createObject(
  context: ApiContext,
  request: ResourceRequest,
  input: unknown,
  options: WriteOptions,
): Written {
  const { definition } = request;
  const { object, warnings } = decodeObject(input, definition, options.fieldValidation);
  placeInNamespace(object.metadata, request);
  requireLiveNamespace(context, request, object.metadata.name);
  fillMetadata(object.metadata, context, definition);
  if (definition.statusSubresource) delete object['status'];
  definition.hooks.prepareForCreate?.(object, timestamp(context.clock));
  generateName(context, request, object.metadata);
  validateCreate(object, definition);
  const key = keyOf(request, object.metadata.name);
  if (context.store.get(key) !== undefined) throw alreadyExists(definition, object.metadata.name);
  if (!options.dryRun) store(context, request, object);
  return { object, warnings: [...warnings, ...(definition.hooks.warnings?.(object) ?? [])] };
}

function store(context: ApiContext, request: ResourceRequest, object: KubeObject): void {
  const stored = request.definition.toStorage(object);
  context.store.put(keyOf(request, object.metadata.name), stored);
  object.metadata = stored.metadata;
}

/** The body may leave the namespace out, but cannot name another one. */
export function placeInNamespace(meta: ObjectMeta, { definition, namespace }: ResourceRequest): void {
  if (!definition.namespaced) return;
  if (meta.namespace !== undefined && meta.namespace !== '' && meta.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  meta.namespace = namespace;
}

/** @throws StatusError 404 when the namespace is missing, 403 when it is being deleted. */
function requireLiveNamespace(
  context: ApiContext,
  { definition, namespace }: ResourceRequest,
  name: string,
): void {
  if (!definition.namespaced) return;
  const body = context.store.get(keyOf({ definition: namespaces, namespace: '' }, namespace));
  if (body === undefined) throw notFound(namespaces, namespace);
  if (!isTerminating(decodeStored(namespaces, body))) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbiddenBecause(definition, name, why, 'NamespaceTerminating');
}

function fillMetadata(meta: ObjectMeta, { newUid, clock }: ApiContext, definition: ResourceDefinition): void {
  if (meta.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  delete meta.resourceVersion;
  clearServerFields(meta);
  meta.uid = newUid();
  meta.creationTimestamp = timestamp(clock);
  if (definition.tracksGeneration) meta.generation = 1;
}

/** Fields that no client may set. */
function clearServerFields(meta: ObjectMeta): void {
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta['selfLink'];
  delete meta['managedFields'];
}

function generateName(context: ApiContext, request: ResourceRequest, meta: ObjectMeta): void {
  const prefix = meta.generateName ?? '';
  if (meta.name !== '' || prefix === '') return;
  for (let attempt = 0; attempt < generateAttempts; attempt += 1) {
    meta.name = prefix.slice(0, longestPrefix) + randomSuffix();
    if (context.store.get(keyOf(request, meta.name)) === undefined) return;
  }
}

function randomSuffix(): string {
  return Array.from({ length: 5 }, () => nameAlphabet[randomInt(nameAlphabet.length)]).join('');
}
