import { cronJobTriggerResource } from '../api/cronjob-trigger.ts';
import { copiedAnnotations, ownLabels } from '../controllers/object-labels.ts';
import { controlledBy } from '../kube/owner-references.ts';
import type { OwnerReference } from '../kube/objects.ts';
import { parseSchedule } from '../lib/cron/schedule.ts';
import type { CronJob } from '../kube/workload-resources.ts';
import { callerNetwork, callerPod } from './caller-pod.ts';
import { cronJobName, triggerLabel, triggerLabelValue } from './names.ts';
import { timeoutMs, type TriggerRequest } from './trigger-request.ts';

/** The batch/v1 CronJob of a trigger. Every field is said, so that what somebody changes is seen and put right. */
export function cronJobObject(request: TriggerRequest): CronJob {
  const { trigger } = request;
  const { name, namespace } = trigger.metadata;
  const { spec } = trigger;
  const annotations = mergedAnnotations(request);
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: {
      name: cronJobName(name),
      namespace,
      labels: mergedLabels(request),
      annotations,
      ownerReferences: [ownerOf(request)],
    },
    spec: {
      schedule: spec.schedule,
      timeZone: spec.timeZone ?? null,
      suspend: spec.suspend ?? false,
      concurrencyPolicy: spec.concurrencyPolicy ?? 'Allow',
      startingDeadlineSeconds: startingDeadline(request),
      successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit ?? 3,
      failedJobsHistoryLimit: spec.failedJobsHistoryLimit ?? 1,
      jobTemplate: {
        metadata: { labels: podLabels(request), annotations },
        spec: {
          backoffLimit: spec.backoffLimit ?? 0,
          activeDeadlineSeconds: Math.ceil(timeoutMs(request) / 1000),
          template: {
            metadata: { labels: podLabels(request), annotations: { ...annotations, ...callerNetwork } },
            spec: callerPod(request),
          },
        },
      },
    },
  };
}

const defaultDeadline = 120;

/**
 * Kubernetes counts the runs of `@every` from the deadline if that is later than the last run: within a shorter one than the
 * interval there never is any.
 */
function startingDeadline({ trigger }: TriggerRequest): number {
  const deadline = trigger.spec.startingDeadlineSeconds ?? defaultDeadline;
  const schedule = parseSchedule(trigger.spec.schedule);
  return schedule.kind === 'interval' ? schedule.ms / 1000 + deadline : deadline;
}

export function ownerOf({ trigger }: TriggerRequest): OwnerReference {
  const { name, uid = '' } = trigger.metadata;
  return controlledBy(cronJobTriggerResource, { metadata: { name, uid } });
}

/** The trigger's are stronger than the function's. */
export function mergedLabels({ trigger, object }: TriggerRequest): Record<string, string> {
  const { name } = trigger.metadata;
  return {
    ...object.metadata.labels,
    ...trigger.metadata.labels,
    ...ownLabels(trigger.spec['function-name']),
    [triggerLabel]: triggerLabelValue(name),
  };
}

/** Without those by which Services find the function's pods or the data plane's: a run serves no calls. */
function podLabels(request: TriggerRequest): Record<string, string> {
  const selected = new Set(['function', ...Object.keys(request.dataPlane.config.selector)]);
  return Object.fromEntries(Object.entries(mergedLabels(request)).filter(([name]) => !selected.has(name)));
}

function mergedAnnotations({ trigger, object }: TriggerRequest): Record<string, string> {
  return copiedAnnotations({ ...object.metadata.annotations, ...trigger.metadata.annotations });
}
