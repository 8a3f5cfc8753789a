import { httpTriggerFinalizer, httpTriggerResource, type StoredHttpTrigger } from '../api/http-trigger.ts';
import type { Reconcile, ReconcileResult } from '../kube/controller.ts';
import { addFinalizer, hasFinalizer, isBeingDeleted, removeFinalizer } from '../kube/finalizers.ts';
import { isConflict, isNotFound, orUndefined } from '../kube/kube-error.ts';
import { keyOf, parseKey } from '../kube/objects.ts';
import { afterFailure, toFailure } from '../kube/reconcile-failure.ts';
import type { ControllerParts } from './controller-parts.ts';
import { withdrawRoutes } from './publish-routes.ts';
import { serveTrigger, withdrawIngress } from './serve-trigger.ts';
import { writeStatus } from './write-status.ts';

/** Keeps the routes of Images and the Ingresses equal to the HTTPTriggers, or away. */
export function reconcileTrigger(parts: ControllerParts): Reconcile {
  return async (key, signal) => {
    const known = parts.triggers.get(parseKey(key));
    if (known === undefined) {
      parts.written.forget(key);
      // Also what is left of one that was deleted by force.
      await withdrawRoutes(parts, key, signal);
      return undefined;
    }
    const object = parts.written.latest(known);
    if (!isBeingDeleted(object)) return reconcile(parts, object, signal);
    if (hasFinalizer(object, httpTriggerFinalizer)) await finalize(parts, object, signal);
    return undefined;
  };
}

async function reconcile(
  parts: ControllerParts,
  stored: StoredHttpTrigger,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { client, written } = parts;
  const object = hasFinalizer(stored, httpTriggerFinalizer)
    ? stored
    : written.wrote(stored, await addFinalizer(client, httpTriggerResource, stored, httpTriggerFinalizer));
  try {
    await writeStatus(parts, object, await serveTrigger(parts, object, signal), signal);
    return undefined;
  } catch (error) {
    if (signal.aborted || isConflict(error) || isNotFound(error)) throw error;
    const failure = toFailure('InternalError', error);
    await writeStatus(parts, object, failure, signal);
    return afterFailure(failure);
  }
}

/** Nothing of it is served any more when it goes. */
async function finalize(
  parts: ControllerParts,
  object: StoredHttpTrigger,
  signal: AbortSignal,
): Promise<void> {
  await withdrawRoutes(parts, keyOf(object), signal);
  await withdrawIngress(parts, object, signal);
  await orUndefined(removeFinalizer(parts.client, httpTriggerResource, object, httpTriggerFinalizer));
  parts.written.forget(keyOf(object));
}
