import type { CronJob } from '../../kube/workload-resources.ts';
import type { Job } from '../agent/kinds.ts';
import { endingOf } from './run-name.ts';

/** Ended Jobs beyond those that are kept, oldest first. */
export function beyondHistory({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  return [
    ...oldest(jobs, 'Complete', spec?.successfulJobsHistoryLimit),
    ...oldest(jobs, 'Failed', spec?.failedJobsHistoryLimit),
  ];
}

function oldest(jobs: readonly Job[], ending: 'Complete' | 'Failed', limit: number | undefined): Job[] {
  if (limit === undefined) return [];
  const ended = jobs.filter((job) => endingOf(job) === ending).sort((a, b) => startOf(a) - startOf(b));
  return ended.slice(0, Math.max(0, ended.length - limit));
}

function startOf({ metadata, status }: Job): number {
  return Date.parse(status?.startTime ?? metadata.creationTimestamp ?? '') || 0;
}
