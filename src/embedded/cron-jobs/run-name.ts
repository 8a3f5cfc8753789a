import { controllerOf } from '../../kube/owner-references.ts';
import type { CronJob } from '../../kube/workload-resources.ts';
import type { Job } from '../agent/kinds.ts';

/** When the run of a Job was due. */
export const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** As Kubernetes names it: a run has one name, so that it can be made once only. */
export function runName(cronJobName: string, dueMs: number): string {
  return `${cronJobName}-${Math.floor(dueMs / 60_000)}`;
}

/** When the run that this Job is was due; undefined for what somebody else made, such as `kubectl create job --from`. */
export function scheduledTime({ metadata }: Job, { metadata: cronJob }: CronJob): number | undefined {
  const dueMs = Date.parse(metadata.annotations?.[scheduledAnnotation] ?? '');
  return Number.isNaN(dueMs) || metadata.name !== runName(cronJob.name ?? '', dueMs) ? undefined : dueMs;
}

export function isRunOf(job: Job, { metadata }: CronJob): boolean {
  return controllerOf(job)?.uid === metadata.uid;
}

export type Ending = 'Complete' | 'Failed';

export function endingOf({ status }: Job): Ending | undefined {
  const ended = status?.conditions?.find(
    ({ type, status: holds }) => (type === 'Complete' || type === 'Failed') && holds === 'True',
  );
  return ended?.type as Ending | undefined;
}
