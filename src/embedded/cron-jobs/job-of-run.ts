import { formatTime } from '../../kube/conditions.ts';
import { controlledBy } from '../../kube/owner-references.ts';
import { cronJobs, type CronJob, type JobReference } from '../../kube/workload-resources.ts';
import type { TimeZone } from '../../lib/cron/time-zone.ts';
import type { Job } from '../agent/kinds.ts';
import { runName, scheduledAnnotation } from './run-name.ts';

/** The Job of a run. */
export function jobOfRun(cronJob: CronJob, dueMs: number, zone: TimeZone): Job {
  const { name = '', namespace = '' } = cronJob.metadata;
  const { metadata = {}, spec = {} } = cronJob.spec?.jobTemplate ?? {};
  const time = cronJob.spec?.timeZone ? localTime(dueMs, zone) : formatTime(dueMs);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: runName(name, dueMs),
      namespace,
      labels: { ...metadata.labels },
      annotations: { ...metadata.annotations, [scheduledAnnotation]: time },
      ownerReferences: [controlledBy(cronJobs, cronJob)],
    },
    spec: spec as Job['spec'],
  };
}

/** RFC 3339 with the offset of the zone. */
function localTime(epochMs: number, zone: TimeZone): string {
  const offset = zone.offsetAt(epochMs);
  if (offset === 0) return formatTime(epochMs);
  const minutes = Math.abs(Math.round(offset / 60_000));
  const two = (value: number) => String(value).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return `${formatTime(epochMs + offset).slice(0, -1)}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

export function referenceTo({ metadata }: Job): JobReference {
  const { name = '', namespace = '', uid = '' } = metadata;
  return { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid };
}
