import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../store/stored-object.ts';
import { invalid } from '../status/field-error.ts';
import { badRequest, conflict, invalidObject, modifiedMeanwhile, notFound } from '../status/refusals.ts';
import { timestamp, type ApiContext } from './api-context.ts';
import { createObject, placeInNamespace, type Written } from './create.ts';
import { decodeObject } from './decode-object.ts';
import { keyOf, mustReadObject, readObject, type ResourceRequest } from './resource-request.ts';
import { validateUpdate } from './validate-object.ts';
import type { WriteOptions } from './write-options.ts';

/** PUT to an object or its status. @throws StatusError 400, 404, 409, 422 */
export function replaceObject(
  context: ApiContext,
  request: ResourceRequest,
  input: unknown,
  options: WriteOptions,
): Written & { created: boolean } {
  const { definition, name } = request;
  const decoded = decodeObject(input, definition, options.fieldValidation);
  const { metadata } = decoded.object;
  placeInNamespace(metadata, request);
  if (metadata.name !== name) {
    const message = `the name of the object (${metadata.name}) does not match the name on the URL (${name})`;
    throw badRequest(metadata.name === '' ? 'name must be provided' : message);
  }
  const old = readObject(context, request);
  if (!old) return { ...createMissing(context, request, { input, options }), created: true };
  if (!metadata.resourceVersion && !definition.allowUnconditionalUpdate) {
    throw invalidObject(definition, name, [
      invalid('metadata.resourceVersion', 0, 'must be specified for an update'),
    ]);
  }
  requireSameUid(metadata.uid, old, request);
  const object = commitUpdate(context, request, { next: decoded.object, old, dryRun: options.dryRun });
  return {
    object,
    warnings: [...decoded.warnings, ...(definition.hooks.warnings?.(object) ?? [])],
    created: false,
  };
}

/** A uid in a PUT says which object is meant. */
function requireSameUid(
  uid: string | undefined,
  old: KubeObject,
  { definition, name }: ResourceRequest,
): void {
  if (!uid || uid === old.metadata.uid) return;
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`;
  throw conflict(definition, name, why);
}

function createMissing(
  context: ApiContext,
  request: ResourceRequest,
  { input, options }: { input: unknown; options: WriteOptions },
): Written {
  const { definition, name, subresource } = request;
  if (!definition.allowCreateOnUpdate || subresource !== '') throw notFound(definition, name);
  return createObject(context, request, input, options);
}

export interface Update {
  readonly next: KubeObject;
  readonly old: KubeObject;
  readonly dryRun: boolean;
}

/**
 * The common end of PUT and PATCH: concurrency check, fields that clients cannot set, validation, write.
 * An update that changes nothing writes nothing; one that empties the finalizers of a deleted object removes it.
 */
export function commitUpdate(
  context: ApiContext,
  request: ResourceRequest,
  { next, old, dryRun }: Update,
): KubeObject {
  const { definition, subresource, name } = request;
  checkVersion(next, old, request);
  carryOver(next, old);
  const object = subresource === 'status' ? { ...old, status: next['status'] } : next;
  if (object['status'] === undefined) delete object['status'];
  if (subresource === '') prepare(object, old, { context, request });
  validateUpdate(object, old, definition);
  if (isDeepStrictEqual(object, old)) return object;
  const key = keyOf(request, name);
  const stored = definition.toStorage({ ...object, metadata: { ...object.metadata } });
  if (dryRun) return object;
  const gone =
    object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
  if (gone && !heldByKind(object)) context.store.remove(key, stored);
  else context.store.put(key, stored);
  return { ...object, metadata: stored.metadata };
}

/** Namespaces have finalizers in their spec too. */
export function heldByKind(object: KubeObject): boolean {
  const spec = object['spec'] as { finalizers?: unknown[] } | undefined;
  return object.apiVersion === 'v1' && object.kind === 'Namespace' && (spec?.finalizers?.length ?? 0) > 0;
}

function checkVersion(
  { metadata }: KubeObject,
  old: KubeObject,
  { definition, name }: ResourceRequest,
): void {
  if (metadata.resourceVersion && metadata.resourceVersion !== old.metadata.resourceVersion) {
    throw conflict(definition, name, modifiedMeanwhile);
  }
}

const serverFields = [
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generateName',
];

function carryOver({ metadata }: KubeObject, old: KubeObject): void {
  for (const field of serverFields) {
    delete metadata[field];
    if (old.metadata[field] !== undefined) metadata[field] = old.metadata[field];
  }
  metadata.uid ||= String(old.metadata.uid);
  delete metadata['managedFields'];
  delete metadata['selfLink'];
}

function prepare(
  object: KubeObject,
  old: KubeObject,
  { context, request }: { context: ApiContext; request: ResourceRequest },
): void {
  const { definition } = request;
  if (definition.statusSubresource) {
    delete object['status'];
    if (old['status'] !== undefined) object['status'] = old['status'];
  }
  definition.hooks.prepareForUpdate?.(object, old, timestamp(context.clock));
  if (
    !definition.tracksGeneration ||
    isDeepStrictEqual(
      desired(object, definition.statusSubresource),
      desired(old, definition.statusSubresource),
    )
  )
    return;
  object.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

function desired(object: KubeObject, ignoreStatus: boolean): object {
  const { metadata: _metadata, status, ...rest } = object;
  return ignoreStatus ? rest : { ...rest, status };
}

/** For controllers inside this server: read, change, write, in one tick. */
export function modifyObject(
  context: ApiContext,
  request: ResourceRequest,
  change: (object: KubeObject) => void,
): KubeObject {
  const old = mustReadObject(context, request);
  const next = structuredClone(old);
  change(next);
  return commitUpdate(context, request, { next, old, dryRun: false });
}
