import type { KubeClient } from '../../src/kube/client-types.ts';
import { Informer } from '../../src/kube/informer.ts';
import { jobs, pods, type Job, type Pod } from '../../src/kube/workload-resources.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { silentLogger as log } from '../../src/lib/log.ts';
import { eventually } from './eventually.ts';

const label = 'kubeless.io/build';

/** All Jobs and pods of builds that ever were, gone or not: what a list shows at the end says nothing of what was made twice. */
export class MadeBuilds implements AsyncDisposable {
  readonly #client: KubeClient;
  readonly #jobs: Informer<Job>;
  readonly #pods: Informer<Pod>;
  readonly #madeJobs = new Map<string, Job>();
  readonly #madePods = new Map<string, Pod>();

  constructor(client: KubeClient) {
    this.#client = client;
    const options = { client, clock, random: Math.random, log, labelSelector: label };
    this.#jobs = new Informer({ ...options, resource: jobs });
    this.#pods = new Informer({ ...options, resource: pods });
    this.#jobs.subscribe(({ object }) => this.#madeJobs.set(object.metadata.uid ?? '', object));
    this.#pods.subscribe(({ object }) => this.#madePods.set(object.metadata.uid ?? '', object));
    this.#jobs.start();
    this.#pods.start();
  }

  /** How many Jobs were made for a function until now. */
  async jobs(name: string): Promise<number> {
    await this.#untilSeen();
    return [...this.#madeJobs.values()].filter((job) => isOf(job, name)).length;
  }

  /** Pods as they were at last. */
  pods(name: string): Pod[] {
    return [...this.#madePods.values()].filter((pod) => isOf(pod, name));
  }

  /** The watch tells in order: what was there before this Job, which never runs, has been told when it is. */
  async #untilSeen(): Promise<void> {
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } };
    const metadata = { generateName: 'fence-', namespace: 'default', labels: { [label]: 'fence' } };
    const kind = { apiVersion: 'batch/v1', kind: 'Job' };
    const fence = await this.#client.create(jobs, { ...kind, metadata, spec: { suspend: true, template } });
    const { uid = '', name = '', namespace = '' } = fence.metadata;
    await eventually('the watch has told all', () => this.#madeJobs.has(uid));
    await this.#client.delete(jobs, { namespace, name }, { propagationPolicy: 'Background' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#jobs[Symbol.asyncDispose]();
    await this.#pods[Symbol.asyncDispose]();
  }
}

const isOf = ({ metadata }: Job | Pod, name: string): boolean => metadata.labels?.['function'] === name;
