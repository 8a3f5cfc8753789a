import assert from 'node:assert/strict';
import { CronJobController } from '../../src/embedded/cron-jobs/cron-job-controller.ts';
import type { Job } from '../../src/embedded/agent/kinds.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { formatTime } from '../../src/kube/conditions.ts';
import type { EventInput } from '../../src/kube/events.ts';
import { refOf, type KubeObject, type ObjectRef } from '../../src/kube/objects.ts';
import type { Resource } from '../../src/kube/resource.ts';
import { cronJobs as cronJobResource, type CronJob } from '../../src/kube/workload-resources.ts';
import { StoredObjects } from './stored-objects.ts';

const ref = { namespace: 'n', name: 'tick' };

class Killed extends Error {}

/** A CronJob, a controller that can be killed at each request, and Jobs that end when the test says so. */
export class CronWorld {
  nowMs: number;
  nextMs: number | undefined;
  readonly events: EventInput[] = [];
  /** Names of all Jobs that ever were. */
  readonly made: string[] = [];
  readonly #cronJobs = new StoredObjects<CronJob>(() => this.nowMs);
  readonly #jobs = new StoredObjects<Job>(() => this.nowMs);
  #controller = this.#start();
  /** Requests until the kill; it may come before or behind the request's effect. */
  kill: { after: number; behind: boolean } | undefined;

  constructor(startMs: number, spec: Partial<CronJob['spec']> & { schedule: string }) {
    this.nowMs = startMs;
    const jobTemplate = { metadata: { labels: { a: 'b' } }, spec: { template: { spec: {} } } };
    const all = { concurrencyPolicy: 'Allow', suspend: false, ...spec, jobTemplate } as NonNullable<
      CronJob['spec']
    >;
    this.#cronJobs.create({
      metadata: ref,
      spec: { successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1, ...all },
    });
    this.#cronJobs.sync();
  }

  get cronJob(): CronJob {
    return this.#cronJobs.read(ref);
  }

  get jobs(): Job[] {
    return this.#jobs.stored();
  }

  edit(spec: Partial<NonNullable<CronJob['spec']>>): void {
    this.#cronJobs.patch(ref, { spec });
  }

  add(job: Job): void {
    this.#jobs.create(job);
  }

  end(job: Job, type: 'Complete' | 'Failed'): void {
    const time = formatTime(this.nowMs);
    const conditions = [{ type, status: 'True' }];
    const done = type === 'Complete' ? { completionTime: time } : {};
    this.#jobs.patch(refOf(job), {
      status: { startTime: job.metadata.creationTimestamp, conditions, ...done },
    });
  }

  delete(job: Job): void {
    this.#jobs.delete(refOf(job));
  }

  /** What the controller does until it has nothing to do, over kills and late watches. */
  async settle(): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      const before = JSON.stringify([this.#cronJobs.stored(), this.#jobs.stored()]);
      await this.reconcile();
      this.sync();
      if (before === JSON.stringify([this.#cronJobs.stored(), this.#jobs.stored()])) return;
    }
    assert.fail('it never comes to an end');
  }

  sync(): void {
    this.#cronJobs.sync();
    this.#jobs.sync();
  }

  async reconcile(): Promise<void> {
    try {
      await this.#controller.reconcile('n/tick', new AbortController().signal);
    } catch (error) {
      if (error instanceof Killed) this.restart();
      // A conflict: the controller runtime tries again.
    }
  }

  restart(): void {
    this.kill = undefined;
    this.sync();
    this.#controller = this.#start();
  }

  #start(): CronJobController {
    return new CronJobController({
      client: this.#client(),
      cronJobs: this.#cronJobs,
      jobs: this.#jobs,
      due: { set: (_, dueMs) => (this.nextMs = dueMs) as undefined },
      events: {
        record: (_: KubeObject, input: EventInput) => this.events.push(input) as unknown as undefined,
      },
      clock: { now: () => this.nowMs },
    });
  }

  #client(): Pick<KubeClient, 'get' | 'create' | 'mergePatch' | 'delete'> {
    const kind = (resource: Resource) =>
      (resource.kind === cronJobResource.kind
        ? this.#cronJobs
        : this.#jobs) as unknown as StoredObjects<KubeObject>;
    const request = <T>(work: () => KubeObject): Promise<T> =>
      new Promise((resolve) => resolve(this.#killable(work) as T));
    return {
      get: (resource: Resource, at: ObjectRef) => request(() => kind(resource).read(at)),
      create: (resource: Resource, object: KubeObject) =>
        request(() => {
          const stored = kind(resource).create(object);
          this.made.push(stored.metadata.name ?? '');
          return stored;
        }),
      mergePatch: (resource: Resource, at: ObjectRef, patch: object, options = {}) =>
        request(() => kind(resource).patch(at, patch, options)),
      delete: (resource: Resource, at: ObjectRef) => request(() => kind(resource).delete(at)),
    } as Pick<KubeClient, 'get' | 'create' | 'mergePatch' | 'delete'>;
  }

  #killable(work: () => KubeObject): KubeObject {
    if (this.kill !== undefined && (this.kill.after -= 1) < 0 && !this.kill.behind) throw new Killed();
    const result = work();
    if (this.kill !== undefined && this.kill.after < 0) throw new Killed();
    return result;
  }
}
