import type { JsonObject, KubeObject, ObjectMeta } from '../../store/stored-object.ts';
import { conflict, qualified } from '../status/refusals.ts';
import { successStatus } from '../status/status-error.ts';
import { timestamp, type ApiContext } from './api-context.ts';
import type { DeleteOptions, Propagation } from './delete-options.ts';
import { keyOf, mustReadObject, type ResourceRequest } from './resource-request.ts';
import { heldByKind } from './update.ts';

/** Finalizers by which the garbage collector knows what to do with dependents. */
export const orphanFinalizer = 'orphan';
export const foregroundFinalizer = 'foregroundDeletion';

export interface Deletion {
  /** The last state: removed already when `removed`, else marked as being deleted. */
  readonly object: KubeObject;
  readonly removed: boolean;
}

/** Deletes, or marks as being deleted while finalizers hold the object. @throws StatusError 404, 409 */
export function deleteObject(
  context: ApiContext,
  request: ResourceRequest,
  options: DeleteOptions,
): Deletion {
  const object = mustReadObject(context, request);
  checkPreconditions(object, options, request);
  const finalizers = finalizersFor(object.metadata.finalizers ?? [], options.propagation);
  if (finalizers.length > 0 || heldByKind(object))
    return { object: markDeleted(context, request, { object, finalizers, options }), removed: false };
  if (!options.dryRun) remove(context, request, object);
  return { object, removed: true };
}

function remove({ store }: ApiContext, request: ResourceRequest, object: KubeObject): void {
  const last = request.definition.toStorage(object);
  store.remove(keyOf(request, request.name), last);
}

function checkPreconditions(
  { metadata }: KubeObject,
  options: DeleteOptions,
  { definition, name }: ResourceRequest,
): void {
  const { uid, resourceVersion } = options;
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      definition,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
    throw conflict(definition, name, why);
  }
}

/** The policy of the newest request replaces that of an earlier one. */
function finalizersFor(finalizers: readonly string[], propagation: Propagation): string[] {
  const kept = finalizers.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  if (propagation === 'Orphan') return [...kept, orphanFinalizer];
  return propagation === 'Foreground' ? [...kept, foregroundFinalizer] : kept;
}

interface Mark {
  readonly object: KubeObject;
  readonly finalizers: readonly string[];
  readonly options: DeleteOptions;
}

function markDeleted(context: ApiContext, request: ResourceRequest, mark: Mark): KubeObject {
  const { object, finalizers, options } = mark;
  const { metadata } = object;
  const again =
    metadata.deletionTimestamp !== undefined && String(metadata.finalizers ?? []) === String(finalizers);
  if (again || options.dryRun) return object;
  const marked = { ...object, metadata: markedMetadata(metadata, finalizers, timestamp(context.clock)) };
  if (request.definition.tracksGeneration && metadata.deletionTimestamp === undefined) {
    marked.metadata.generation = (metadata.generation ?? 0) + 1;
  }
  if (heldByKind(marked)) terminate(marked);
  const stored = request.definition.toStorage(marked);
  context.store.put(keyOf(request, request.name), stored);
  return { ...marked, metadata: stored.metadata };
}

function markedMetadata(metadata: ObjectMeta, finalizers: readonly string[], now: string): ObjectMeta {
  const { finalizers: _, ...rest } = metadata;
  const deletionTimestamp = metadata.deletionTimestamp ?? now;
  return {
    ...rest,
    ...(finalizers.length > 0 && { finalizers: [...finalizers] }),
    deletionTimestamp,
    deletionGracePeriodSeconds: 0,
  };
}

/** Namespaces say what happens in their status. */
function terminate(namespace: KubeObject): void {
  namespace['status'] = { phase: 'Terminating' };
  delete namespace.metadata.deletionGracePeriodSeconds;
}

/** The answer to a deletion: a Status when the object is gone, the object itself while it is going. */
export function deletionReply(
  { definition, name }: ResourceRequest,
  { object, removed }: Deletion,
): JsonObject {
  if (!removed) return object;
  const { group, plural } = definition;
  return successStatus({
    name,
    ...(group !== '' && { group }),
    kind: plural,
    uid: object.metadata.uid ?? qualified(plural, group),
  });
}
