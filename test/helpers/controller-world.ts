import { randomBytes } from 'node:crypto';
import { parse } from 'yaml';
import { crdYaml } from '../../src/api/crd.ts';
import { cronJobTriggerResource } from '../../src/api/cronjob-trigger.ts';
import { functionResource } from '../../src/api/function.ts';
import { httpTriggerResource } from '../../src/api/http-trigger.ts';
import { imageResource } from '../../src/api/image.ts';
import { kinds } from '../../src/api/kinds.ts';
import { apply } from '../../src/kube/apply.ts';
import { configMaps, customResourceDefinitions, namespaces } from '../../src/kube/builtin-resources.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { StartTarget } from '../contracts/kubernetes-api/harness.ts';
import { eventually } from './eventually.ts';
import { startProgram, type RunningProgram } from './program.ts';
import { testClient } from './test-client.ts';

/** An API server that serves our kinds, two namespaces, and the controllers that a test starts. */
export class ControllerWorld implements AsyncDisposable {
  readonly namespace = `triggers-${randomBytes(3).toString('hex')}`;
  readonly platform = `platform-${randomBytes(3).toString('hex')}`;
  readonly client: KubeClient;
  readonly stack: AsyncDisposableStack;
  readonly kubeconfig: string;

  private constructor(client: KubeClient, kubeconfig: string, stack: AsyncDisposableStack) {
    this.client = client;
    this.kubeconfig = kubeconfig;
    this.stack = stack;
  }

  static async open(start: StartTarget): Promise<ControllerWorld> {
    const stack = new AsyncDisposableStack();
    const { kubeconfig } = stack.use(await start());
    const world = new ControllerWorld(stack.use(await testClient(kubeconfig)), kubeconfig, stack);
    await world.#prepare();
    return world;
  }

  async #prepare(): Promise<void> {
    for (const kind of kinds)
      await apply(this.client, customResourceDefinitions, parse(crdYaml(kind)) as KubeObject);
    for (const resource of [functionResource, imageResource, httpTriggerResource, cronJobTriggerResource])
      await eventually('the kinds are served', () => this.client.list(resource).catch(() => undefined));
    for (const name of [this.namespace, this.platform]) {
      await this.client.create(namespaces, { metadata: { name } });
      this.stack.defer(async () => {
        await this.client.delete(namespaces, { name });
      });
    }
    await this.configure({});
  }

  /** Makes kubeless-config say this and nothing else. */
  async configure(data: Record<string, string>): Promise<void> {
    const metadata = { namespace: this.platform, name: 'kubeless-config' };
    await apply(this.client, configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  }

  /** Starts a replica of a controller; it ends with the world, or before. */
  async start(controller: string, settings: NodeJS.ProcessEnv = {}): Promise<RunningProgram> {
    const args = ['--kubeconfig', this.kubeconfig, '--port', '0'];
    const env = {
      KUBELESS_NAMESPACE: this.platform,
      KONTAIN_LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'error',
      ...settings,
    };
    return this.stack.use(await startProgram(controller, args, env));
  }

  async deployFunction(name: string, more: { spec?: object; metadata?: object } = {}): Promise<void> {
    const kind = { apiVersion: 'kubeless.io/v1beta1', kind: 'Function' };
    const metadata = { ...more.metadata, namespace: this.namespace, name };
    const spec = { runtime: 'python3.11', handler: 'a.b', function: 'x', ...more.spec };
    await this.client.create(functionResource, { ...kind, metadata, spec });
  }

  async deleteFunction(name: string): Promise<void> {
    await this.client.delete(functionResource, { namespace: this.namespace, name });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stack.disposeAsync();
  }
}
