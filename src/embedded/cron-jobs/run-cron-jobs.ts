import type { KubeClient } from '../../kube/client-types.ts';
import { runController } from '../../kube/controller.ts';
import { informerSource } from '../../kube/controller-source.ts';
import type { EventRecorder } from '../../kube/events.ts';
import { Informer } from '../../kube/informer.ts';
import { ownerKeys } from '../../kube/owner-references.ts';
import { cronJobs as cronJobResource } from '../../kube/workload-resources.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Job } from '../agent/kinds.ts';
import { CronJobController } from './cron-job-controller.ts';
import { DueTimes } from './due-times.ts';

export interface CronJobsOptions {
  client: KubeClient;
  /** Started by whoever else needs it. */
  jobs: Informer<Job>;
  events: Pick<EventRecorder, 'record'>;
  clock: Clock;
  random: () => number;
  log: Logger;
}

/** Makes the Jobs of CronJobs until the signal aborts. One at a time: two of them would both begin a run. */
export async function runCronJobs(options: CronJobsOptions, signal: AbortSignal): Promise<void> {
  const { client, jobs, clock, random, log } = options;
  await using cronJobs = new Informer({ client, resource: cronJobResource, clock, random, log });
  cronJobs.start();
  const due = new DueTimes(clock);
  const controller = new CronJobController({ ...options, cronJobs, due });
  const sources = [informerSource(cronJobs), informerSource(jobs, ownerKeys(cronJobResource)), due];
  await runController({ ...options, name: 'cronjob', reconcile: controller.reconcile, sources }, signal);
}
