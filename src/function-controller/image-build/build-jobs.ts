import { configMaps, type ConfigMap } from '../../kube/builtin-resources.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import type { Informer } from '../../kube/informer.ts';
import { isAlreadyExists } from '../../kube/kube-error.ts';
import { formatKey, refOf } from '../../kube/objects.ts';
import type { KubelessFunction } from '../../api/function.ts';
import { jobs as jobResource, type Job, type Pod } from '../../kube/workload-resources.ts';
import { buildLabel, buildName } from '../names.ts';
import { isOwnedBy, type OwnedObjects } from '../../kube/owned-objects.ts';
import { buildJob, signatureAnnotation, sourceConfigMap } from './build-job.ts';
import type { BuildRequest } from './build-request.ts';
import type { BuildSlots } from './build-slots.ts';

type Metadata = KubelessFunction['metadata'];

export interface BuildJobsOptions {
  client: KubeClient;
  jobs: Informer<Job>;
  pods: Informer<Pod>;
  owned: OwnedObjects<Job>;
  slots: BuildSlots;
}

/** The Jobs that build, with their ConfigMaps, pods and slots. */
export class BuildJobs {
  readonly #options: BuildJobsOptions;
  /** As the watch has them: it tells a moment later that they are gone. */
  readonly #deleted = new WeakSet<Job>();

  constructor(options: BuildJobsOptions) {
    this.#options = options;
  }

  /** The Job of that build, if this very Function has one. */
  find({ namespace, name, uid = '' }: Metadata, signature: string): Job | undefined {
    const job = this.#options.jobs.get({ namespace, name: buildName(name, signature) });
    const isThis =
      job !== undefined &&
      isOwnedBy(job, uid) &&
      job.metadata.annotations?.[signatureAnnotation] === signature;
    return isThis && job.metadata.deletionTimestamp === undefined ? job : undefined;
  }

  podsOf({ metadata }: Job): Pod[] {
    const { uid = '' } = metadata;
    return this.#options.pods.list().filter((pod) => isOwnedBy(pod, uid));
  }

  takeSlot({ namespace, name }: Metadata, signature: string, limit: number): boolean {
    const jobKey = formatKey({ namespace, name: buildName(name, signature) });
    return this.#options.slots.take(jobKey, formatKey({ namespace, name }), limit);
  }

  /** Of a build that has no Job yet. */
  giveSlotBack({ namespace, name }: Metadata, signature: string): void {
    this.#options.slots.release(formatKey({ namespace, name: buildName(name, signature) }));
  }

  waitingBefore({ namespace, name }: Metadata): number {
    return this.#options.slots.placeOf(formatKey({ namespace, name }));
  }

  /** Makes the ConfigMap, then the Job: a Job never waits for its source. What is there already stays. */
  async start(request: BuildRequest, signal: AbortSignal): Promise<void> {
    const { client, slots, owned } = this.#options;
    const job = buildJob(request);
    const { namespace = '', name = '' } = job.metadata;
    try {
      const source = sourceConfigMap(request);
      if (source !== undefined) await this.#hand(source, signal);
      if (!(await ignoreExisting(client.create(jobResource, job, { signal }))))
        await owned.requireOwn({ namespace, name }, request.object.metadata.uid ?? '', signal);
    } catch (error) {
      slots.release(formatKey({ namespace, name }));
      throw error;
    }
  }

  /** One that an earlier attempt left may have another certificate authority. */
  async #hand(source: ConfigMap, signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    if (await ignoreExisting(client.create(configMaps, source, { signal }))) return;
    const { metadata, data } = source;
    const { labels, ownerReferences } = metadata;
    const patch = { metadata: { labels, ownerReferences }, data };
    await client.mergePatch(configMaps, refOf(source), patch, { signal });
  }

  async delete(job: Job, signal: AbortSignal): Promise<void> {
    await this.#options.owned.deleteObject(job, signal);
    this.#deleted.add(job);
  }

  ofFunction({ namespace, uid = '' }: Metadata): Job[] {
    const all = this.#options.jobs.list();
    return all.filter(
      (job) => isOwnedBy(job, uid) && job.metadata.namespace === namespace && !this.#deleted.has(job),
    );
  }

  /** Ends and removes the builds of a Function but that of `signature`. */
  async deleteOthers(metadata: Metadata, signature: string, signal: AbortSignal): Promise<void> {
    const keep = buildName(metadata.name, signature);
    const others = this.ofFunction(metadata).filter((job) => job.metadata.name !== keep);
    for (const job of others) await this.delete(job, signal);
  }

  /** Removes what the builds of a Function were given: none of them needs it any more. */
  async deleteInput({ namespace, name }: Metadata, signal: AbortSignal): Promise<void> {
    const labelSelector = `${buildLabel},function=${name}`;
    await this.#options.client.deleteCollection(configMaps, { namespace, labelSelector, signal });
  }

  /** Removes all builds of a Function, what they were given included. */
  async deleteAll(metadata: Metadata, signal: AbortSignal): Promise<void> {
    const { namespace, name } = metadata;
    await this.deleteInput(metadata, signal);
    await this.deleteOthers(metadata, '', signal);
    this.#options.slots.leave(formatKey({ namespace, name }));
  }
}

/** False if there is one of that name already. */
async function ignoreExisting(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (isAlreadyExists(error)) return false;
    throw error;
  }
}
