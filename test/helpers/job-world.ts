import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  jobs,
  pods,
  type Container,
  type Job,
  type JobSpec,
  type Pod,
  type PodSpec,
} from '../../src/embedded/agent/kinds.ts';
import { parseLogLine, podLogPath } from '../../src/embedded/agent/pod-logs.ts';
import { endCgroup } from '../../src/embedded/cgroups.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { networkAnnotations, type ContainerNetwork } from '../../src/controllers/container-network.ts';
import { coreEvents } from '../../src/kube/builtin-resources.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { startEmbeddedApi } from './embedded-api.ts';
import { eventually } from './eventually.ts';
import { repository, startProgram, type RunningProgram } from './program.ts';
import { testClient } from './test-client.ts';

const namespace = 'default';
/** Holds busybox and nothing else. */
const image = `oci:${join(repository, 'build/images/http-server')}`;

export interface JobFields {
  containers?: Partial<Container>[];
  init?: Partial<Container>[];
  pod?: Partial<PodSpec>;
  job?: Partial<JobSpec>;
  /** Of all its containers; `undefined` leaves it to the agent. */
  network?: ContainerNetwork | undefined;
}

/** An embedded API server and an agent with folders of their own. */
export class JobWorld implements AsyncDisposable {
  readonly home: string;
  readonly client: KubeClient;
  readonly cgroup: string;
  readonly #kubeconfig: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(parts: {
    home: string;
    client: KubeClient;
    kubeconfig: string;
    stack: AsyncDisposableStack;
  }) {
    this.home = parts.home;
    this.client = parts.client;
    this.cgroup = `/${basename(parts.home)}`;
    this.#kubeconfig = parts.kubeconfig;
    this.#stack = parts.stack;
  }

  static async open(): Promise<JobWorld> {
    const stack = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), 'kontain-jobs-'));
    execFileSync('chmod', ['755', home]);
    stack.defer(() => rm(home, { recursive: true, force: true }));
    // That of an agent which was killed, too.
    stack.defer(() => endCgroup(`/${basename(home)}`, systemClock));
    const { kubeconfig } = stack.use(await startEmbeddedApi());
    const client = stack.use(await testClient(kubeconfig));
    return new JobWorld({ home, client, kubeconfig, stack });
  }

  /** It ends with the world, or before. */
  async startAgent(env: NodeJS.ProcessEnv = {}): Promise<RunningProgram> {
    const args = ['--kubeconfig', this.#kubeconfig, '--home', this.home, '--cgroup', this.cgroup];
    return this.#stack.use(await startProgram('embedded-agent', args, env));
  }

  async create(name: string, fields: JobFields): Promise<Job> {
    const { containers = [{}], init = [], pod, job, network } = { network: 'none' as const, ...fields };
    const complete = (container: Partial<Container>, index: number): Container => ({
      name: `c${index}`,
      image,
      imagePullPolicy: 'IfNotPresent',
      ...container,
    });
    const spec: PodSpec = {
      restartPolicy: 'Never',
      initContainers: init.map((container, index) => complete({ name: `init${index}`, ...container }, index)),
      containers: containers.map(complete),
      ...pod,
    };
    const names = [...(spec.initContainers ?? []), ...spec.containers].map((container) => container.name);
    const annotations =
      network === undefined
        ? {}
        : networkAnnotations(Object.fromEntries(names.map((container) => [container, network])));
    const template = { metadata: { labels: { app: name }, annotations }, spec };
    return this.client.create(jobs, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { namespace, name },
      spec: { backoffLimit: 0, template, ...job },
    });
  }

  get(name: string): Promise<Job> {
    return this.client.get(jobs, { namespace, name });
  }

  /** Of a Job, oldest first. */
  async pods(name: string): Promise<Pod[]> {
    const labelSelector = `batch.kubernetes.io/job-name=${name}`;
    const { items } = await this.client.list(pods, { namespace, labelSelector });
    return items.sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
  }

  async pod(name: string): Promise<Pod> {
    const [pod] = await this.pods(name);
    if (pod === undefined) throw new Error(`${name} has no pod`);
    return pod;
  }

  /** Waits for the Job's end. Returns the reason. */
  ended(name: string, type: 'Complete' | 'Failed'): Promise<string> {
    return eventually(`Job ${name} is ${type}`, async () => {
      const { status } = await this.get(name);
      return status?.conditions?.find((condition) => condition.type === type && condition.status === 'True')
        ?.reason;
    });
  }

  /** Waits until a pod of the Job has that state. */
  until(name: string, what: string, probe: (pod: Pod) => boolean): Promise<Pod> {
    return eventually(`a pod of ${name}: ${what}`, async () => (await this.pods(name)).find(probe));
  }

  /** What a container of a pod wrote, without times. */
  log({ metadata }: Pod, container: string): string {
    const path = podLogPath(this.home, metadata.uid ?? '', container);
    if (!existsSync(path)) return '';
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => `${parseLogLine(line)?.text}\n`).join('');
  }

  async events(name: string): Promise<string[]> {
    const { items } = await this.client.list(coreEvents, { namespace });
    return items.flatMap(({ involvedObject, reason, message }) =>
      involvedObject.name.startsWith(name) ? [`${reason}: ${message}`] : [],
    );
  }

  /** Processes, cgroups and folders of pods that run or are left. */
  leftovers(): string[] {
    const processes = execFileSync('ps', ['axo', 'args']).toString().split('\n');
    return [
      ...processes.filter((line) => line.includes(`${this.home}/agent/work`)),
      ...globSync(`/sys/fs/cgroup/{,*/}${basename(this.home)}/*/`),
      ...globSync(`${this.home}/agent/work/*`),
    ];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** A container that runs a script of busybox' shell. */
export function sh(script: string, more: Partial<Container> = {}): Partial<Container> {
  return { command: ['/bin/busybox', 'sh', '-c', script], ...more };
}
