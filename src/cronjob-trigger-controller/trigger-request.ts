import type { CronJobTrigger } from '../api/cronjob-trigger.ts';
import { parseDuration } from '../api/duration.ts';
import type { StoredFunction } from '../api/function.ts';
import type { KubelessConfig } from '../api/kubeless-config/kubeless-config.ts';
import type { DataPlane } from '../controllers/data-plane.ts';
import { ReconcileFailure } from '../kube/reconcile-failure.ts';

/** All that the CronJob of a trigger is made of. */
export interface TriggerRequest {
  trigger: CronJobTrigger;
  object: StoredFunction;
  config: KubelessConfig;
  dataPlane: DataPlane;
}

/** As Kubeless, for a function that names none. */
const defaultTimeoutMs = 180_000;

/** How long a run may take: what the trigger says, else the function. Throws ReconcileFailure. */
export function timeoutMs({ trigger, object }: TriggerRequest): number {
  const { timeout: given } = (object.spec ?? {}) as { timeout?: unknown };
  const value = trigger.spec.timeout ?? given ?? '';
  if (value === '') return defaultTimeoutMs;
  if (typeof value !== 'string' && typeof value !== 'number') throw badTimeout(value);
  try {
    return parseDuration(value);
  } catch (error) {
    throw badTimeout(value, error);
  }
}

function badTimeout(value: unknown, cause?: unknown): ReconcileFailure<'InvalidSpec'> {
  const message = `Unable convert ${JSON.stringify(value)} to a valid timeout. Correct spec.timeout of the function.`;
  return new ReconcileFailure('InvalidSpec', message, { retry: false, cause });
}

/** The body of the request, or undefined for a call with GET. */
export function payloadText({ trigger }: TriggerRequest): string | undefined {
  const { payload } = trigger.spec as { payload?: unknown };
  return payload === undefined || payload === null ? undefined : JSON.stringify(payload);
}
