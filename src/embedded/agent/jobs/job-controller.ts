import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from '../../../kube/client-types.ts';
import type { Reconcile } from '../../../kube/controller.ts';
import type { EventRecorder } from '../../../kube/events.ts';
import type { Informer } from '../../../kube/informer.ts';
import { orUndefined } from '../../../kube/kube-error.ts';
import { keyOf, parseKey, refOf } from '../../../kube/objects.ts';
import { controllerOf } from '../../../kube/owner-references.ts';
import { WrittenObjects } from '../../../kube/written-objects.ts';
import type { Clock } from '../../../lib/clock.ts';
import { jobs, pods as podResource, type Job, type JobStatus, type Pod } from '../kinds.ts';
import { decideJob, type Ending, type JobDecision } from './decide-job.ts';
import { jobPod } from './job-pod.ts';

export interface JobControllerOptions {
  client: KubeClient;
  jobs: Informer<Job>;
  pods: Informer<Pod>;
  events: Pick<EventRecorder, 'record'>;
  clock: Pick<Clock, 'now'>;
  random: () => number;
}

/** Makes the pods of Jobs, counts them, and ends the Jobs. */
export class JobController {
  readonly #options: JobControllerOptions;
  /** Pods that were asked for and are not in the informer yet, by their key: without them a pod would be made twice. */
  readonly #made = new Map<string, Pod>();
  readonly #written = new WrittenObjects<Job>();

  constructor(options: JobControllerOptions) {
    this.#options = options;
    options.pods.subscribe(({ object }) => this.#made.delete(keyOf(object)));
    options.jobs.subscribe(({ type, object }) => {
      if (type === 'deleted') this.#written.forget(keyOf(object));
    });
  }

  readonly reconcile: Reconcile = async (key, signal) => {
    const seen = this.#options.jobs.get(parseKey(key));
    if (seen === undefined) return undefined;
    const job = this.#written.latest(seen);
    const decision = decideJob(job, this.#podsOf(job), this.#options.clock.now());
    await this.#carryOut(job, decision, signal);
    // One millisecond more than the clock's resolution: a moment too early would only come here again.
    const { requeueAfterMs } = decision;
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs: Math.ceil(requeueAfterMs) + 1 };
  };

  async #carryOut(job: Job, decision: JobDecision, signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    for (const pod of decision.remove) {
      const { uid = '' } = pod.metadata;
      await orUndefined(client.delete(podResource, refOf(pod), { signal, preconditions: { uid } }));
    }
    for (let left = decision.create; left > 0; left -= 1) await this.#create(job, signal);
    if (decision.status !== undefined) await this.#write(job, decision.status, signal);
    if (decision.ending !== undefined) this.#announce(job, decision.ending);
    if (decision.expired === true) await this.#delete(job, signal);
  }

  #podsOf({ metadata }: Job): Pod[] {
    const { uid = '' } = metadata;
    const all = [...this.#options.pods.list(), ...this.#made.values()];
    return all.filter((pod) => controllerOf(pod)?.uid === uid);
  }

  async #create(job: Job, signal: AbortSignal): Promise<void> {
    const { client, random, events } = this.#options;
    const pod = jobPod(job, random);
    const key = keyOf(pod);
    this.#made.set(key, pod);
    try {
      await client.create(podResource, pod, { signal });
    } catch (error) {
      this.#made.delete(key);
      throw error;
    }
    const message = `Created pod: ${pod.metadata.name ?? ''}`;
    events.record(named(job), { type: 'Normal', reason: 'SuccessfulCreate', message });
  }

  async #write(job: Job, status: JobStatus, signal: AbortSignal): Promise<void> {
    const before = job.status ?? {};
    const wanted = { ...before, ...status };
    if (isDeepStrictEqual(before, wanted)) return;
    const { uid = '', resourceVersion = '' } = job.metadata;
    const options = { subresource: 'status', preconditions: { uid, resourceVersion }, signal } as const;
    const patch = { status: wanted };
    const written = await orUndefined(this.#options.client.mergePatch(jobs, refOf(job), patch, options));
    if (written !== undefined) this.#written.wrote(job, written);
  }

  #announce(job: Job, { type, reason, message }: Ending): void {
    const event =
      type === 'Complete'
        ? ({ type: 'Normal', reason: 'Completed', message: 'Job completed' } as const)
        : ({ type: 'Warning', reason, message } as const);
    this.#options.events.record(named(job), event);
  }

  async #delete(job: Job, signal: AbortSignal): Promise<void> {
    const { uid = '' } = job.metadata;
    const options = { propagationPolicy: 'Background', preconditions: { uid }, signal } as const;
    await orUndefined(this.#options.client.delete(jobs, refOf(job), options));
  }
}

/** Objects of a list come without their kind. */
function named(job: Job): Job {
  return { ...job, apiVersion: 'batch/v1', kind: 'Job' };
}
