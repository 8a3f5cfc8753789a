import {
  cronJobTriggerKind,
  type CronJobTrigger,
  type StoredCronJobTrigger,
} from '../api/cronjob-trigger.ts';
import type { StoredFunction } from '../api/function.ts';
import { validate } from '../api/validate.ts';
import { isBeingDeleted } from '../kube/finalizers.ts';
import { isOwnedBy } from '../kube/owned-objects.ts';
import type { ReadyReport } from '../kube/ready-status.ts';
import { ReconcileFailure } from '../kube/reconcile-failure.ts';
import type { CronJob } from '../kube/workload-resources.ts';
import { isEverDue } from '../lib/cron/runs.ts';
import { parseSchedule } from '../lib/cron/schedule.ts';
import { errorMessage } from '../lib/errors.ts';
import { cronJobObject } from './cron-job-object.ts';
import { cronJobName, payloadName } from './names.ts';
import { keepPayload, payloadConfigMap } from './payloads.ts';
import type { TriggerParts } from './trigger-parts.ts';
import type { TriggerRequest } from './trigger-request.ts';

/** One pass of a reconcile: the payload, then the CronJob. Throws ReconcileFailure. */
export async function serveTrigger(
  parts: TriggerParts,
  stored: StoredCronJobTrigger,
  signal: AbortSignal,
): Promise<ReadyReport> {
  const trigger = validTrigger(stored);
  const request = { trigger, object: await functionOf(parts, trigger, signal), ...settingsOf(parts) };
  const { name, namespace, uid = '' } = trigger.metadata;
  const payload = payloadConfigMap(request);
  if (payload !== undefined) await keepPayload(parts.payloads, payload, uid, signal);
  const { object: cronJob } = await parts.cronJobs.apply(cronJobObject(request), uid, signal);
  const unused = { namespace, name: payloadName(name) };
  if (payload === undefined && parts.payloads.owned.seen(unused) !== undefined)
    await parts.payloads.owned.delete(unused, uid, signal);
  await deleteOthers(parts, trigger, signal);
  return report(request, cronJob);
}

type Identity = { [K in 'name' | 'namespace' | 'uid']?: string | undefined };

/** Deletes all that was made for a trigger. */
export async function clearTrigger(
  { cronJobs, payloads }: TriggerParts,
  { name = '', namespace = '', uid = '' }: Identity,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    cronJobs.delete({ namespace, name: cronJobName(name) }, uid, signal),
    payloads.owned.delete({ namespace, name: payloadName(name) }, uid, signal),
  ]);
}

function validTrigger(stored: StoredCronJobTrigger): CronJobTrigger {
  const object = { ...stored, apiVersion: 'kubeless.io/v1beta1', kind: 'CronJobTrigger' };
  const result = validate(cronJobTriggerKind, object);
  if (!result.ok)
    throw new ReconcileFailure('InvalidSpec', `${result.problems.join('; ')}.`, { retry: false });
  try {
    parseSchedule(result.value.spec.schedule);
  } catch (error) {
    const message = `spec.schedule: ${errorMessage(error)}.`;
    throw new ReconcileFailure('InvalidSpec', message, { retry: false, cause: error });
  }
  return result.value;
}

/** Without its Function a trigger calls nothing, and fails no runs. The watch of Functions tells when it comes. */
async function functionOf(
  parts: TriggerParts,
  trigger: CronJobTrigger,
  signal: AbortSignal,
): Promise<StoredFunction> {
  const { namespace } = trigger.metadata;
  const name = trigger.spec['function-name'];
  const found = parts.functions.get({ namespace, name });
  if (found !== undefined && !isBeingDeleted(found)) return found;
  await clearTrigger(parts, trigger.metadata, signal);
  const message = `There is no Function ${name} in namespace ${namespace}. Deploy it, or change spec.function-name.`;
  throw new ReconcileFailure('FunctionNotFound', message, { retry: false });
}

function settingsOf({ followed, clusterDomain }: TriggerParts) {
  const config = followed.current();
  const namespace = config.dataPlane.namespace ?? followed.namespace;
  return { config, dataPlane: { namespace, config: config.dataPlane, clusterDomain } };
}

/** Kubeless named it after the function: what it left would call the function a second time. */
async function deleteOthers(
  { cronJobs, allCronJobs }: TriggerParts,
  { metadata }: CronJobTrigger,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, uid = '' } = metadata;
  const others = allCronJobs().filter(
    (cronJob) =>
      cronJob.metadata.namespace === namespace &&
      isOwnedBy(cronJob, uid) &&
      cronJob.metadata.name !== cronJobName(name),
  );
  for (const other of others) await cronJobs.deleteObject(other, signal);
}

function report({ trigger }: TriggerRequest, { status = {} }: CronJob): ReadyReport {
  const { schedule, timeZone, suspend, 'function-name': name } = trigger.spec;
  const { lastScheduleTime = null, lastSuccessfulTime = null } = status;
  const fields = { lastScheduleTime, lastSuccessfulTime };
  if (suspend === true)
    return { state: 'ready', reason: 'Suspended', message: 'Suspended: no runs begin.', fields };
  const parsed = parseSchedule(schedule);
  if (!isEverDue(parsed)) {
    const message = `Never calls ${name}: no month that ${schedule} names has such a day.`;
    return { state: 'ready', reason: 'NeverDue', message, fields };
  }
  const where = timeZone === undefined ? '' : `, ${timeZone}`;
  // The names of a CronJob's Jobs are those of minutes.
  const often = parsed.kind === 'interval' && parsed.ms < 60_000 ? ', once a minute at most' : '';
  return { state: 'ready', reason: 'Ready', message: `Calls ${name}: ${schedule}${where}${often}.`, fields };
}
