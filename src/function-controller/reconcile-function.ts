import { functionFinalizer, functionResource, type StoredFunction } from '../api/function.ts';
import type { Reconcile, ReconcileResult } from '../kube/controller.ts';
import { addFinalizer, hasFinalizer, isBeingDeleted } from '../kube/finalizers.ts';
import { isConflict, isNotFound } from '../kube/kube-error.ts';
import { parseKey } from '../kube/objects.ts';
import { afterFailure } from '../kube/reconcile-failure.ts';
import type { ControllerParts } from './controller-parts.ts';
import { finalizeFunction } from './finalize-function.ts';
import { toFailure, type FunctionFailure } from './failure.ts';
import type { Facts, Report } from './function-status.ts';
import { serveFunction } from './serve-function.ts';
import { writeStatus } from './write-status.ts';

/**
 * Keeps what a Function needs equal to it, or away. Whatever goes wrong, the version that is served stays until the next
 * one can be.
 */
export function reconcileFunction(parts: ControllerParts): Reconcile {
  return async (key, signal) => {
    const known = parts.functions.get(parseKey(key));
    if (known === undefined) return forget(parts, key);
    const object = parts.written.latest(known);
    if (!isBeingDeleted(object)) return reconcile(parts, key, object, signal);
    parts.slots.leave(key);
    if (hasFinalizer(object, functionFinalizer)) await finalizeFunction(parts, object, signal);
  };
}

function forget({ written, slots, progress }: ControllerParts, key: string): void {
  written.forget(key);
  progress.forget(key);
  slots.leave(key);
}

async function reconcile(
  parts: ControllerParts,
  key: string,
  stored: StoredFunction,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const object = await withFinalizer(parts, stored);
  const facts: Facts = {};
  try {
    const report = await serveFunction(parts, object, facts, signal);
    if (report.reason !== 'Queued') parts.slots.leave(key);
    return await tell(parts, key, { object, report: { log: null, ...facts, ...report } }, signal);
  } catch (error) {
    if (signal.aborted || isConflict(error) || isNotFound(error)) throw error;
    parts.slots.leave(key);
    const failure = toFailure('InternalError', error);
    await reportFailure(parts, object, { facts, failure }, signal);
    return afterFailure(failure);
  }
}

async function tell(
  parts: ControllerParts,
  key: string,
  { object, report }: { object: StoredFunction; report: Report },
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { progress, clock } = parts;
  const requeueAfterMs = progress.delay(key, object, report, clock.monotonic());
  if (requeueAfterMs === Infinity) return undefined;
  if (requeueAfterMs > 0) return { requeueAfterMs };
  await writeStatus(parts, object, report, signal);
  progress.told(key, clock.monotonic());
}

async function withFinalizer(
  { client, written }: ControllerParts,
  object: StoredFunction,
): Promise<StoredFunction> {
  if (hasFinalizer(object, functionFinalizer)) return object;
  return written.wrote(object, await addFinalizer(client, functionResource, object, functionFinalizer));
}

async function reportFailure(
  parts: ControllerParts,
  object: StoredFunction,
  { facts, failure }: { facts: Facts; failure: FunctionFailure },
  signal: AbortSignal,
): Promise<void> {
  const { reason, message, log = null } = failure;
  const isServed = object.status?.image !== undefined;
  const text = isServed ? `${message} The version of before is still served.` : message;
  await writeStatus(parts, object, { ...facts, reason, message: text, log }, signal);
}
