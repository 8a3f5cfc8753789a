import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jobs, pods, type ContainerStatus, type Job, type Pod } from '../../src/kube/workload-resources.ts';
import { configMaps } from '../../src/kube/builtin-resources.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { formatTime } from '../../src/kube/conditions.ts';
import { Informer } from '../../src/kube/informer.ts';
import { orUndefined } from '../../src/kube/kube-error.ts';
import { keyOf, refOf } from '../../src/kube/objects.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { silentLogger as log } from '../../src/lib/log.ts';
import { eventually } from './eventually.ts';
import { writeLayout } from './oci-layout.ts';

interface PodSpec {
  initContainers?: { name: string; args?: string[] }[];
  containers: { name: string; args?: string[] }[];
}

/** A build Job as it was run. */
export interface RanJob {
  key: string;
  spec: PodSpec;
  /** `spec.function`, as the Job's ConfigMap had it. */
  source: string;
}

/** What a container ends with, instead of 0. */
export interface Failure {
  container: string;
  exitCode: number;
  message: string;
}

export interface JobRunnerOptions {
  client: KubeClient;
  /** Whether the API server has a Job controller, which makes the pods and counts them. */
  hasJobController: boolean;
}

/**
 * Runs build Jobs in the place of kubelet: each makes and pushes a real image that has nothing but its source in it. A
 * Job can be told to fail, or to wait.
 */
export class JobRunner implements AsyncDisposable {
  readonly ran: RanJob[] = [];
  /** What a Job does by its source: undefined is to end well. */
  behaviour: (source: string, attempt: number) => Promise<Failure | undefined> = () =>
    Promise.resolve(undefined);
  readonly #options: JobRunnerOptions;
  readonly #informer: Informer<Job>;
  readonly #running = new Map<string, Promise<void>>();
  readonly errors: unknown[] = [];

  constructor(options: JobRunnerOptions) {
    this.#options = options;
    const { client } = options;
    const resource = {
      client,
      clock,
      random: Math.random,
      log,
      resource: jobs,
      labelSelector: 'kubeless.io/build',
    };
    this.#informer = new Informer(resource);
    this.#informer.subscribe(({ type, object }) => {
      if (type === 'added' && object.status?.conditions === undefined) this.#begin(object);
    });
    this.#informer.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#informer[Symbol.asyncDispose]();
    await Promise.all(this.#running.values());
  }

  #begin(job: Job): void {
    const { uid = '' } = job.metadata;
    const work = this.#run(job)
      // A Job that was deleted meanwhile has no status to write.
      .catch((error: unknown) => void this.errors.push(error))
      .finally(() => this.#running.delete(uid));
    this.#running.set(uid, work);
  }

  async #run(job: Job): Promise<void> {
    const spec = (job.spec as { template: { spec: PodSpec } }).template.spec;
    const source = await this.#source(job);
    this.ran.push({ key: keyOf(job), spec, source });
    const pod = await this.#pod(job);
    await this.#patchPod(pod, spec, { running: 'prepare' });
    const attempt = Number(job.metadata.annotations?.['kubeless.io/attempt']);
    const failure = await this.behaviour(source, attempt);
    if (failure === undefined) {
      await this.#patchPod(pod, spec, { running: 'build' });
      await pushImages(spec.containers[0]?.args ?? [], source);
    }
    await this.#patchPod(pod, spec, failure === undefined ? {} : { failure });
    if (!this.#options.hasJobController) await this.#patchJob(job, failure);
  }

  async #source(job: Job): Promise<string> {
    const given = await orUndefined(this.#options.client.get(configMaps, refOf(job)));
    return given?.data?.['function'] ?? '';
  }

  async #pod(job: Job): Promise<Pod> {
    const { client, hasJobController } = this.#options;
    const { namespace = '', name = '', uid = '' } = job.metadata;
    const labelSelector = `batch.kubernetes.io/controller-uid=${uid}`;
    if (hasJobController)
      return eventually('the Job has its pod', async () => {
        const { items } = await client.list(pods, { namespace, labelSelector });
        return items[0];
      });
    const { metadata, spec } = (job.spec as { template: { metadata: object; spec: object } }).template;
    const owner = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      name,
      uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    const pod = { ...metadata, name: `${name}-${uid.slice(0, 5)}`, namespace, ownerReferences: [owner] };
    return client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: pod, spec });
  }

  async #patchPod(pod: Pod, spec: PodSpec, state: { running?: string; failure?: Failure }): Promise<void> {
    const status = {
      phase: state.running === undefined ? (state.failure === undefined ? 'Succeeded' : 'Failed') : 'Running',
      startTime: formatTime(clock.now()),
      initContainerStatuses: statuses(spec.initContainers ?? [], state),
      containerStatuses: statuses(spec.containers, state),
    };
    await this.#options.client.mergePatch(pods, refOf(pod), { status }, { subresource: 'status' });
  }

  async #patchJob(job: Job, failure: Failure | undefined): Promise<void> {
    const condition = {
      type: failure === undefined ? 'Complete' : 'Failed',
      status: 'True',
      reason: failure === undefined ? 'CompletionsReached' : 'BackoffLimitExceeded',
      message: '',
      lastTransitionTime: formatTime(clock.now()),
    };
    const { uid = '' } = job.metadata;
    const options = { subresource: 'status' as const, preconditions: { uid } };
    await this.#options.client.mergePatch(jobs, refOf(job), { status: { conditions: [condition] } }, options);
  }
}

function statuses(
  containers: readonly { name: string }[],
  { running, failure }: { running?: string; failure?: Failure },
): ContainerStatus[] {
  const time = formatTime(clock.now());
  return containers.map(({ name }) => {
    const common = { name, image: 'a', imageID: '', ready: false, restartCount: 0 };
    if (name === running) return { ...common, state: { running: { startedAt: time } } };
    if (running !== undefined) return { ...common, state: { waiting: { reason: 'PodInitializing' } } };
    const { exitCode = 0, message = '' } = failure?.container === name ? failure : {};
    const terminated = {
      exitCode,
      message,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      finishedAt: time,
    };
    return { ...common, state: { terminated: { ...terminated, startedAt: time } } };
  });
}

async function pushImages(args: readonly string[], source: string): Promise<void> {
  const value = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const env = args.filter((arg) => arg.startsWith('--env=')).map((arg) => arg.slice('--env='.length));
  const folder = await mkdtemp(join(tmpdir(), 'kontain-built-'));
  try {
    const file = { path: 'kubeless-source', content: source };
    await writeLayout(folder, { layers: [[file]], config: { Env: env } });
    for (const to of [value('push-dependencies'), value('image')])
      if (to !== undefined)
        await promisify(execFile)('skopeo', ['copy', '--dest-tls-verify=false', `oci:${folder}`, to]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
