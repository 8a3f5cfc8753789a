import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { crdYaml } from '../../src/api/crd.ts';
import { functionResource, type StoredFunction } from '../../src/api/function.ts';
import { imageResource, type StoredImage } from '../../src/api/image.ts';
import { kinds } from '../../src/api/kinds.ts';
import { services, type Service } from '../../src/kube/workload-resources.ts';
import { apply } from '../../src/kube/apply.ts';
import {
  configMaps,
  coreEvents,
  customResourceDefinitions,
  namespaces,
} from '../../src/kube/builtin-resources.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { Resource } from '../../src/kube/resource.ts';
import type { StartTarget } from '../contracts/kubernetes-api/harness.ts';
import { eventually } from './eventually.ts';
import { startRegistry, type ImageRegistry } from './image-registry.ts';
import { JobRunner } from './job-runner.ts';
import { writeLayout } from './oci-layout.ts';
import { startProgram, type RunningProgram } from './program.ts';
import { testClient } from './test-client.ts';

export interface WorldOptions {
  start: StartTarget;
  hasJobController: boolean;
}

const notStarted: RunningProgram = {
  pid: 0,
  ready: {},
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

interface WorldParts {
  client: KubeClient;
  registry: ImageRegistry;
  runner: JobRunner;
  kubeconfig: string;
  folder: string;
  stack: AsyncDisposableStack;
}

/** An API server, a registry with a runtime's image, a node that pulls, and the function-controller. */
export class FunctionWorld implements AsyncDisposable {
  readonly namespace = `functions-${randomBytes(3).toString('hex')}`;
  readonly platform = `platform-${randomBytes(3).toString('hex')}`;
  readonly client: KubeClient;
  readonly registry: ImageRegistry;
  readonly runner: JobRunner;
  /** The first replica. */
  leader: RunningProgram = notStarted;
  readonly #parts: WorldParts;
  #node = notStarted;

  private constructor(parts: WorldParts) {
    this.#parts = parts;
    this.client = parts.client;
    this.registry = parts.registry;
    this.runner = parts.runner;
  }

  static async open({ start, hasJobController }: WorldOptions): Promise<FunctionWorld> {
    const stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'kontain-functions-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const { kubeconfig } = stack.use(await start());
    const client = stack.use(await testClient(kubeconfig));
    const registry = stack.use(await startRegistry());
    const runner = stack.use(new JobRunner({ client, hasJobController }));
    const world = new FunctionWorld({ client, registry, runner, kubeconfig, folder, stack });
    await world.#prepare();
    return world;
  }

  async #prepare(): Promise<void> {
    for (const kind of kinds)
      await apply(this.client, customResourceDefinitions, parse(crdYaml(kind)) as KubeObject);
    await eventually('the kinds are served', () => this.client.list(functionResource).catch(() => undefined));
    await eventually('the kinds are served', () => this.client.list(imageResource).catch(() => undefined));
    for (const name of [this.namespace, this.platform]) {
      await this.client.create(namespaces, { metadata: { name } });
      this.#parts.stack.defer(async () => {
        await this.client.delete(namespaces, { name });
      });
    }
    for (const name of ['python3.11', 'python3.11-build']) await this.pushRuntime(name);
    await this.configure({});
    await this.replaceNode();
  }

  /** The only one. */
  get node(): RunningProgram {
    return this.#node;
  }

  /** Another node comes in the place of the only one, and has nothing yet. */
  async replaceNode(): Promise<void> {
    await this.#node[Symbol.asyncDispose]();
    const root = await mkdtemp(join(this.#parts.folder, 'root-'));
    const args = ['--kubeconfig', this.#parts.kubeconfig, '--root', root, '--node-name', 'n1', '--port', '0'];
    const env = { KONTAIN_INSECURE_REGISTRIES: this.registry.host };
    this.#node = this.#parts.stack.use(await startProgram('faas-downloader', args, env));
  }

  /** Makes kubeless-config what it is without `data`, with `data`. */
  async configure(data: Record<string, string>): Promise<void> {
    const base = {
      'function-registry': `${this.registry.host}/functions`,
      'function-registry-tls-verify': 'false',
      'runtime-registry': `${this.registry.host}/kontain`,
    };
    await apply(this.client, configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: this.platform, name: 'kubeless-config' },
      data: Object.fromEntries(Object.entries({ ...base, ...data }).filter(([, value]) => value !== '')),
    });
  }

  async pushRuntime(name: string): Promise<void> {
    const layout = join(this.#parts.folder, name);
    await writeLayout(layout, { layers: [[]], config: { Env: [`RUNTIME=${name}`] } });
    const to = `docker://${this.registry.host}/kontain/${name}`;
    await promisify(execFile)('skopeo', ['copy', '--dest-tls-verify=false', `oci:${layout}`, to]);
  }

  /** Starts a replica; it ends with the world, or before. */
  async startController(): Promise<RunningProgram> {
    const args = ['--kubeconfig', this.#parts.kubeconfig, '--port', '0'];
    const env = {
      KUBELESS_NAMESPACE: this.platform,
      KONTAIN_LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'info',
    };
    return this.#parts.stack.use(await startProgram('function-controller', args, env));
  }

  async deploy(name: string, spec: object): Promise<void> {
    const { namespace } = this;
    const object = {
      apiVersion: 'kubeless.io/v1beta1',
      kind: 'Function',
      metadata: { namespace, name },
      spec,
    };
    await this.client.create(functionResource, object);
  }

  async edit(name: string, spec: object): Promise<void> {
    await this.client.mergePatch(functionResource, { namespace: this.namespace, name }, { spec });
  }

  async delete(name: string): Promise<void> {
    await this.client.delete(functionResource, { namespace: this.namespace, name });
  }

  get(name: string): Promise<StoredFunction> {
    return this.client.get(functionResource, { namespace: this.namespace, name });
  }

  image(name: string): Promise<StoredImage> {
    return this.client.get(imageResource, { namespace: this.namespace, name });
  }

  service(name: string): Promise<Service> {
    return this.client.get(services, { namespace: this.namespace, name });
  }

  /** Waits until the Ready condition is about the spec of now and has this reason. */
  async until(name: string, reason: string, message = /./): Promise<StoredFunction> {
    let last = 'nothing';
    const check = async (): Promise<StoredFunction | undefined> => {
      const object = await this.get(name);
      const { metadata, status } = object;
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      last = JSON.stringify(ready);
      const isNow = ready?.observedGeneration === metadata.generation && ready?.reason === reason;
      return isNow && message.test(ready.message) ? object : undefined;
    };
    try {
      return await eventually(`Function ${name} is ${reason}`, check, 60_000);
    } catch (error) {
      throw new Error(`last seen: ${last}; ${this.runner.errors.map(String).join('; ')}`, { cause: error });
    }
  }

  /** Build Jobs that a function had so far. */
  builds(name: string): JobRunner['ran'] {
    return this.runner.ran.filter(({ key }) => key.startsWith(`${this.namespace}/build-${name}-`));
  }

  /** Arguments of the container that put the first image of a function together. */
  buildArgs(name: string): string {
    return this.builds(name)[0]?.spec.containers[0]?.args?.join(' ') ?? '';
  }

  /** Waits until a Function has none of those objects. */
  async nothingLeft(resource: Resource, owner: string): Promise<void> {
    const options = { namespace: this.namespace, labelSelector: `function=${owner}` };
    await eventually(`nothing is left of ${owner} in ${resource.plural}`, async () => {
      const { items } = await this.client.list(resource, options);
      return items.length === 0;
    });
  }

  /** Reasons, in the order in which they were written. */
  async events(name: string): Promise<string[]> {
    const { items } = await this.client.list(coreEvents, { namespace: this.namespace });
    const own = items.filter(
      ({ involvedObject, source }) =>
        involvedObject.name === name && source.component === 'function-controller',
    );
    return own.sort((a, b) => (a.firstTimestamp < b.firstTimestamp ? -1 : 1)).map(({ reason }) => reason);
  }

  /** Whether the registry has a digest of a function. */
  async hasImage(name: string, digest: string): Promise<boolean> {
    const url = `http://${this.registry.host}/v2/functions/${this.namespace}/${name}/manifests/${digest}`;
    const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' };
    return (await fetch(url, { method: 'HEAD', headers })).ok;
  }

  async removeImage(name: string, digest: string): Promise<void> {
    const url = `http://${this.registry.host}/v2/functions/${this.namespace}/${name}/manifests/${digest}`;
    await fetch(url, { method: 'DELETE' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.stack.disposeAsync();
  }
}
