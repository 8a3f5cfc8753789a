import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from '../../kube/client-types.ts';
import { formatTime } from '../../kube/conditions.ts';
import type { Reconcile } from '../../kube/controller.ts';
import type { EventInput, EventRecorder } from '../../kube/events.ts';
import { isBeingDeleted } from '../../kube/finalizers.ts';
import type { Informer } from '../../kube/informer.ts';
import { isAlreadyExists, isNotFound } from '../../kube/kube-error.ts';
import { keyOf, parseKey, refOf, type ObjectRef } from '../../kube/objects.ts';
import { cronJobs as cronJobResource, type CronJob } from '../../kube/workload-resources.ts';
import { WrittenObjects } from '../../kube/written-objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/errors.ts';
import { jobs as jobResource, type Job } from '../agent/kinds.ts';
import type { DueTimes } from './due-times.ts';
import { beyondHistory } from './job-history.ts';
import { jobOfRun, referenceTo } from './job-of-run.ts';
import { planRun, type Plan } from './plan-run.ts';
import { endingOf, isRunOf } from './run-name.ts';

export interface CronJobControllerOptions {
  client: Pick<KubeClient, 'get' | 'create' | 'mergePatch' | 'delete'>;
  cronJobs: { get(ref: ObjectRef): CronJob | undefined };
  jobs: Pick<Informer<Job>, 'get' | 'list' | 'subscribe'>;
  due: Pick<DueTimes, 'set'>;
  events: Pick<EventRecorder, 'record'>;
  clock: Pick<Clock, 'now'>;
}

type Status = NonNullable<CronJob['status']>;

/** In the place of kube-controller-manager's: makes the Jobs of CronJobs when they are due. */
export class CronJobController {
  readonly #options: CronJobControllerOptions;
  readonly #written = new WrittenObjects<CronJob>();
  /** Jobs that were made and that the watch has not brought yet, by their key. */
  readonly #made = new Map<string, Job>();

  constructor(options: CronJobControllerOptions) {
    this.#options = options;
    options.jobs.subscribe(({ object }) => this.#made.delete(keyOf(object)));
  }

  readonly reconcile: Reconcile = async (key, signal) => {
    const { cronJobs, due } = this.#options;
    const known = cronJobs.get(parseKey(key));
    if (known !== undefined && !isBeingDeleted(known))
      return this.#keepOnTime(key, this.#written.latest(known), signal);
    this.#written.forget(key);
    due.set(key, undefined);
  };

  async #keepOnTime(key: string, cronJob: CronJob, signal: AbortSignal): Promise<void> {
    const { due, clock } = this.#options;
    const plan = planRun(cronJob, this.#jobsOf(cronJob), clock.now());
    due.set(key, plan.nextMs);
    if (plan.notice !== undefined) this.#tell(cronJob, plan.notice);
    if (plan.run !== undefined) await this.#run(cronJob, plan.run, plan.active, signal);
    const jobs = this.#jobsOf(cronJob);
    await this.#writeStatus(cronJob, statusOf(cronJob, jobs, plan.run?.dueMs ?? plan.lastMs), signal);
    // Only now: until the status says so, Jobs tell which runs have begun.
    for (const job of beyondHistory(cronJob, jobs)) await this.#delete(job, signal);
  }

  async #run(
    cronJob: CronJob,
    { dueMs, zone }: NonNullable<Plan['run']>,
    active: readonly Job[],
    signal: AbortSignal,
  ): Promise<void> {
    if (cronJob.spec?.concurrencyPolicy === 'Replace')
      for (const job of active) await this.#delete(job, signal);
    await this.#begin(cronJob, jobOfRun(cronJob, dueMs, zone), signal);
  }

  #jobsOf(cronJob: CronJob): Job[] {
    const { jobs } = this.#options;
    for (const [key, job] of this.#made)
      if (jobs.get(refOf(job))?.metadata.uid === job.metadata.uid) this.#made.delete(key);
    return [...jobs.list(), ...this.#made.values()].filter((job) => isRunOf(job, cronJob));
  }

  async #begin(cronJob: CronJob, job: Job, signal: AbortSignal): Promise<void> {
    const name = job.metadata.name ?? '';
    try {
      this.#made.set(keyOf(job), await this.#options.client.create(jobResource, job, { signal }));
      this.#tell(cronJob, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${name}` });
    } catch (error) {
      if (isAlreadyExists(error)) return this.#found(cronJob, job, signal);
      const message = `Error creating job: ${errorMessage(error)}`;
      if (!signal.aborted) this.#tell(cronJob, { type: 'Warning', reason: 'FailedCreate', message });
      throw error;
    }
  }

  /** We made it before we ended, or somebody has taken the name: there is no second of a run either way. */
  async #found(cronJob: CronJob, job: Job, signal: AbortSignal): Promise<void> {
    const there = await this.#options.client.get(jobResource, refOf(job), { signal });
    if (isRunOf(there, cronJob)) this.#made.set(keyOf(there), there);
    else {
      const message = `Error creating job: ${there.metadata.name ?? ''} belongs to somebody else`;
      this.#tell(cronJob, { type: 'Warning', reason: 'FailedCreate', message });
    }
  }

  async #delete(job: Job, signal: AbortSignal): Promise<void> {
    const { uid = '' } = job.metadata;
    const options = { propagationPolicy: 'Background', preconditions: { uid }, signal } as const;
    try {
      await this.#options.client.delete(jobResource, refOf(job), options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.#made.delete(keyOf(job));
  }

  /** Over the version that it is about only: after a conflict the reconcile comes again. */
  async #writeStatus(cronJob: CronJob, status: Status, signal: AbortSignal): Promise<void> {
    if (isDeepStrictEqual(cronJob.status ?? {}, status)) return;
    const { uid = '', resourceVersion = '' } = cronJob.metadata;
    const options = { subresource: 'status', preconditions: { uid, resourceVersion }, signal } as const;
    const patch = { status: { active: null, ...status } };
    const after = await this.#options.client.mergePatch(cronJobResource, refOf(cronJob), patch, options);
    this.#written.wrote(cronJob, after);
  }

  #tell(cronJob: CronJob, input: EventInput): void {
    this.#options.events.record({ ...cronJob, apiVersion: 'batch/v1', kind: 'CronJob' }, input);
  }
}

function statusOf(cronJob: CronJob, jobs: readonly Job[], lastMs: number | undefined): Status {
  const active = jobs.filter((job) => endingOf(job) === undefined && !isBeingDeleted(job));
  const succeeded = jobs.flatMap((job) => job.status?.completionTime ?? []);
  const successes = [cronJob.status?.lastSuccessfulTime ?? '', ...succeeded].sort();
  const lastSuccessfulTime = successes.at(-1) ?? '';
  return {
    ...(active.length === 0 ? {} : { active: active.map(referenceTo) }),
    ...(lastMs === undefined ? {} : { lastScheduleTime: formatTime(lastMs) }),
    ...(lastSuccessfulTime === '' ? {} : { lastSuccessfulTime }),
  };
}
