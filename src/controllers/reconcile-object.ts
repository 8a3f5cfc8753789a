import type { KubeClient } from '../kube/client-types.ts';
import type { Reconcile, ReconcileResult } from '../kube/controller.ts';
import { addFinalizer, hasFinalizer, isBeingDeleted, removeFinalizer } from '../kube/finalizers.ts';
import { isConflict, isNotFound, KubeError } from '../kube/kube-error.ts';
import { keyOf, parseKey, type ObjectRef } from '../kube/objects.ts';
import {
  writeReady,
  type ReadyReport,
  type ReadyWriterOptions,
  type Reported,
} from '../kube/ready-status.ts';
import { afterFailure, toFailure } from '../kube/reconcile-failure.ts';

export interface ReconciledKind<T extends Reported> extends ReadyWriterOptions<T> {
  client: Pick<KubeClient, 'mergePatch'>;
  /** As the watch has them. */
  objects: { get(ref: ObjectRef): T | undefined };
  finalizer: string;
  /** Makes what the object wants. Answers where it stands; throws ReconcileFailure. */
  serve(object: T, signal: AbortSignal): Promise<ReadyReport>;
  /** Deletes all that was made for it. */
  clear(object: T, signal: AbortSignal): Promise<void>;
  /** Fields of the status of one that fails, beside its condition. */
  failed?: ReadyReport['fields'];
  /** There is none of this key, perhaps no longer. */
  gone?(key: string, signal: AbortSignal): Promise<void>;
}

/** The reconcile of a kind that is served as long as it is there, and told in its status how that goes. */
export function reconcileObject<T extends Reported>(kind: ReconciledKind<T>): Reconcile {
  return async (key, signal) => {
    const known = kind.objects.get(parseKey(key));
    if (known === undefined) return forget(kind, key, signal);
    const object = kind.written.latest(known);
    if (!isBeingDeleted(object)) return serve(kind, object, signal);
    if (hasFinalizer(object, kind.finalizer)) await finalize(kind, object, signal);
  };
}

async function forget<T extends Reported>(
  kind: ReconciledKind<T>,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  kind.written.forget(key);
  await kind.gone?.(key, signal);
}

async function serve<T extends Reported>(
  kind: ReconciledKind<T>,
  stored: T,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const object = await withFinalizer(kind, stored);
  try {
    await writeReady(kind, object, await kind.serve(object, signal), signal);
    return undefined;
  } catch (error) {
    // Somebody was quicker, or it is gone: the watch brings what is there now.
    if (signal.aborted || isConflict(error) || isNotFound(error)) throw error;
    const failure = isRefused(error)
      ? toFailure('InvalidSpec', error, false)
      : toFailure('InternalError', error);
    const { reason, message } = failure;
    await writeReady(kind, object, { state: 'failed', reason, message, fields: kind.failed ?? {} }, signal);
    return afterFailure(failure);
  }
}

async function withFinalizer<T extends Reported>(kind: ReconciledKind<T>, object: T): Promise<T> {
  const { client, resource, finalizer, written } = kind;
  if (hasFinalizer(object, finalizer)) return object;
  return written.wrote(object, await addFinalizer(client, resource, object, finalizer));
}

async function finalize<T extends Reported>(
  kind: ReconciledKind<T>,
  object: T,
  signal: AbortSignal,
): Promise<void> {
  await kind.clear(object, signal);
  await removeFinalizer(kind.client, kind.resource, object, kind.finalizer);
  kind.written.forget(keyOf(object));
}

/** The API server takes nothing made of such a spec. */
function isRefused(error: unknown): boolean {
  return error instanceof KubeError && error.httpStatus === 422;
}
