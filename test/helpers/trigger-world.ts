import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { crdYaml } from '../../src/api/crd.ts';
import { functionResource } from '../../src/api/function.ts';
import { httpTriggerResource, type StoredHttpTrigger } from '../../src/api/http-trigger.ts';
import { imageResource, type StoredImage } from '../../src/api/image.ts';
import { kinds } from '../../src/api/kinds.ts';
import { apply } from '../../src/kube/apply.ts';
import {
  configMaps,
  coreEvents,
  customResourceDefinitions,
  namespaces,
  secrets,
} from '../../src/kube/builtin-resources.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { loadKubeconfig } from '../../src/kube/kubeconfig.ts';
import { orUndefined } from '../../src/kube/kube-error.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { ingresses, type Ingress } from '../../src/kube/workload-resources.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { StartTarget } from '../contracts/kubernetes-api/harness.ts';
import { eventually } from './eventually.ts';
import { writeLayout } from './oci-layout.ts';
import { startProgram, type RunningProgram } from './program.ts';

interface WorldParts {
  client: KubeClient;
  kubeconfig: string;
  image: string;
  stack: AsyncDisposableStack;
}

/** An API server with the kinds, a node that takes Images, and the controllers of functions and HTTPTriggers. */
export class TriggerWorld implements AsyncDisposable {
  readonly namespace = `triggers-${randomBytes(3).toString('hex')}`;
  readonly other = `others-${randomBytes(3).toString('hex')}`;
  readonly platform = `platform-${randomBytes(3).toString('hex')}`;
  readonly client: KubeClient;
  /** In the notation of Image.spec.image. */
  readonly image: string;
  readonly #parts: WorldParts;

  private constructor(parts: WorldParts) {
    this.#parts = parts;
    this.client = parts.client;
    this.image = parts.image;
  }

  static async open(start: StartTarget): Promise<TriggerWorld> {
    const stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'kontain-triggers-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const { kubeconfig } = stack.use(await start());
    const connection = await loadKubeconfig(kubeconfig);
    const options = { connection, clock: systemClock, random: Math.random, userAgent: 'test' };
    const client = stack.use(createKubeClient(options));
    const layout = join(folder, 'image');
    await writeLayout(layout, { layers: [[]] });
    const world = new TriggerWorld({ client, kubeconfig, image: `oci:${layout}`, stack });
    await world.#prepare(join(folder, 'root'));
    return world;
  }

  async #prepare(root: string): Promise<void> {
    for (const kind of kinds)
      await apply(this.client, customResourceDefinitions, parse(crdYaml(kind)) as KubeObject);
    for (const resource of [functionResource, imageResource, httpTriggerResource])
      await eventually('the kinds are served', () => this.client.list(resource).catch(() => undefined));
    for (const name of [this.namespace, this.other, this.platform]) {
      await this.client.create(namespaces, { metadata: { name } });
      this.#parts.stack.defer(async () => {
        await this.client.delete(namespaces, { name });
      });
    }
    await this.configure({});
    const { kubeconfig, stack } = this.#parts;
    const args = ['--kubeconfig', kubeconfig, '--root', root, '--node-name', 'n1', '--port', '0'];
    stack.use(await startProgram('faas-downloader', args));
    await this.start('function-controller');
  }

  async configure(data: Record<string, string>): Promise<void> {
    const metadata = { namespace: this.platform, name: 'kubeless-config' };
    await apply(this.client, configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  }

  /** Starts a replica of a controller; it ends with the world, or before. */
  async start(controller: string, settings: Record<string, string> = {}): Promise<RunningProgram> {
    const args = ['--kubeconfig', this.#parts.kubeconfig, '--port', '0'];
    const env = { KUBELESS_NAMESPACE: this.platform, KONTAIN_LOG_LEVEL: 'error', ...settings };
    return this.#parts.stack.use(await startProgram(controller, args, env));
  }

  async deployImage(name: string, spec: object = {}, namespace = this.namespace): Promise<void> {
    const kind = { apiVersion: 'build.kontain.app/v1', kind: 'Image' };
    const object = { ...kind, metadata: { namespace, name }, spec: { image: this.image, ...spec } };
    await this.client.create(imageResource, object);
  }

  async deployFunction(name: string, spec: object = {}): Promise<void> {
    const kind = { apiVersion: 'kubeless.io/v1beta1', kind: 'Function' };
    const metadata = { namespace: this.namespace, name };
    await this.client.create(functionResource, { ...kind, metadata, spec: { image: this.image, ...spec } });
  }

  async create(
    name: string,
    spec: object,
    more: { namespace?: string; metadata?: object } = {},
  ): Promise<void> {
    const { namespace = this.namespace, metadata = {} } = more;
    const kind = { apiVersion: 'kubeless.io/v1beta1', kind: 'HTTPTrigger' };
    await this.client.create(httpTriggerResource, {
      ...kind,
      metadata: { ...metadata, namespace, name },
      spec,
    });
  }

  async edit(name: string, patch: object): Promise<void> {
    await this.client.mergePatch(httpTriggerResource, { namespace: this.namespace, name }, patch);
  }

  async delete(name: string, namespace = this.namespace): Promise<void> {
    await this.client.delete(httpTriggerResource, { namespace, name });
  }

  get(name: string, namespace = this.namespace): Promise<StoredHttpTrigger> {
    return this.client.get(httpTriggerResource, { namespace, name });
  }

  ingress(name: string): Promise<Ingress | undefined> {
    return orUndefined(this.client.get(ingresses, { namespace: this.namespace, name }));
  }

  storedImage(name: string): Promise<StoredImage> {
    return this.client.get(imageResource, { namespace: this.namespace, name });
  }

  async routes(name: string): Promise<object[] | undefined> {
    const { spec } = (await this.storedImage(name)) as { spec?: { routes?: object[] } };
    return spec?.routes;
  }

  /** Waits until the Ready condition is about the spec of now and has this reason. */
  async until(
    name: string,
    reason: string,
    { message = /./, namespace = this.namespace }: { message?: RegExp; namespace?: string } = {},
  ): Promise<StoredHttpTrigger> {
    let last = 'nothing';
    const check = async (): Promise<StoredHttpTrigger | undefined> => {
      const object = await this.get(name, namespace);
      const ready = object.status?.conditions?.find(({ type }) => type === 'Ready');
      last = JSON.stringify(ready);
      const isNow = ready?.observedGeneration === object.metadata.generation && ready?.reason === reason;
      return isNow && message.test(ready.message) ? object : undefined;
    };
    try {
      return await eventually(`HTTPTrigger ${name} is ${reason}`, check);
    } catch (error) {
      throw new Error(`last seen: ${last}`, { cause: error });
    }
  }

  /** Waits until an Image has these routes and no others. */
  async untilRoutes(name: string, wanted: readonly string[]): Promise<void> {
    const check = async (): Promise<boolean> => {
      const found = ((await this.routes(name)) ?? []) as { host?: string; path?: string }[];
      return found.map(({ host = '*', path = '' }) => host + path).join(' ') === wanted.join(' ');
    };
    await eventually(`Image ${name} has routes ${wanted.join(' ')}`, check);
  }

  async writeSecret(name: string, data: Record<string, string>, type = 'Opaque'): Promise<void> {
    const metadata = { namespace: this.namespace, name };
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    await apply(this.client, secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      type,
      data: Object.fromEntries(encoded) as Record<string, string>,
    });
  }

  /** Reasons of the events about a trigger. */
  async events(name: string): Promise<string[]> {
    const { items } = await this.client.list(coreEvents, { namespace: this.namespace });
    return items
      .filter(
        ({ involvedObject, source }) =>
          involvedObject.name === name && source.component === 'http-trigger-controller',
      )
      .map(({ reason }) => reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.stack.disposeAsync();
  }
}
