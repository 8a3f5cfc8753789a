import { cronJobTriggerResource, type StoredCronJobTrigger } from '../../src/api/cronjob-trigger.ts';
import { coreEvents } from '../../src/kube/builtin-resources.ts';
import { orUndefined } from '../../src/kube/kube-error.ts';
import { cronJobs, type CronJob } from '../../src/kube/workload-resources.ts';
import type { ControllerWorld } from './controller-world.ts';
import { eventually } from './eventually.ts';

/** What the template of a CronJob has, as far as tests look at it. */
export interface CallerTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    backoffLimit: number;
    activeDeadlineSeconds: number;
    template: {
      metadata: { labels: Record<string, string> };
      spec: { containers: [{ image: string; command: string[]; args: string[] }]; volumes?: object[] };
    };
  };
}

/** The CronJobTriggers of a world, and what becomes of them. */
export class CronJobTriggers {
  readonly #world: ControllerWorld;

  constructor(world: ControllerWorld) {
    this.#world = world;
  }

  async create(name: string, spec: object, metadata: object = {}): Promise<void> {
    const { client, namespace } = this.#world;
    const kind = { apiVersion: 'kubeless.io/v1beta1', kind: 'CronJobTrigger' };
    await client.create(cronJobTriggerResource, {
      ...kind,
      metadata: { ...metadata, namespace, name },
      spec,
    });
  }

  async edit(name: string, patch: object): Promise<void> {
    const { client, namespace } = this.#world;
    await client.mergePatch(cronJobTriggerResource, { namespace, name }, patch);
  }

  async delete(name: string): Promise<void> {
    const { client, namespace } = this.#world;
    await client.delete(cronJobTriggerResource, { namespace, name });
  }

  get(name: string): Promise<StoredCronJobTrigger | undefined> {
    const { client, namespace } = this.#world;
    return orUndefined(client.get(cronJobTriggerResource, { namespace, name }));
  }

  cronJob(name: string): Promise<CronJob | undefined> {
    const { client, namespace } = this.#world;
    return orUndefined(client.get(cronJobs, { namespace, name }));
  }

  async template(name: string): Promise<CallerTemplate> {
    const cronJob = await this.cronJob(name);
    return cronJob?.spec?.jobTemplate as unknown as CallerTemplate;
  }

  async args(name: string): Promise<string[]> {
    return (await this.template(name)).spec.template.spec.containers[0].args;
  }

  async gone(name: string): Promise<void> {
    const isGone = async () => (await this.cronJob(name)) === undefined;
    await eventually(`CronJob ${name} is gone`, isGone);
  }

  /** Waits until the Ready condition is about the spec of now and has this reason. */
  async until(name: string, reason: string, message = /./): Promise<StoredCronJobTrigger> {
    let last = 'nothing';
    const check = async (): Promise<StoredCronJobTrigger | undefined> => {
      const object = await this.get(name);
      const ready = object?.status?.conditions?.find(({ type }) => type === 'Ready');
      last = JSON.stringify(ready);
      const isNow = ready?.observedGeneration === object?.metadata.generation && ready?.reason === reason;
      return isNow && message.test(ready.message) ? object : undefined;
    };
    try {
      return await eventually(`CronJobTrigger ${name} is ${reason}`, check);
    } catch (error) {
      throw new Error(`last seen: ${last}`, { cause: error });
    }
  }

  /** Waits until the CronJob has this in its spec. */
  async untilSpec(name: string, isIt: (spec: NonNullable<CronJob['spec']>) => boolean): Promise<void> {
    await eventually(`CronJob ${name} is as it should be`, async () => {
      const { spec } = (await this.cronJob(name)) ?? {};
      return spec !== undefined && isIt(spec);
    });
  }

  /** Reasons of the events about a trigger. */
  async events(name: string): Promise<string[]> {
    const { items } = await this.#world.client.list(coreEvents, { namespace: this.#world.namespace });
    const component = 'cronjob-trigger-controller';
    const own = items.filter(
      (event) => event.involvedObject.name === name && event.source.component === component,
    );
    return own.map(({ reason }) => reason);
  }
}
