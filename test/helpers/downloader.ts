import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageResource, type StoredImage } from '../../src/api/image.ts';
import { configMaps, secrets, coreEvents, type CoreEvent } from '../../src/kube/builtin-resources.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { kontainerSpecSchema, type KontainerSpec } from '../../src/kontainer/spec.ts';
import { readCurrent } from '../../src/oci/bundles.ts';
import { startEmbeddedApi } from './embedded-api.ts';
import { eventually } from './eventually.ts';
import { startProgram, type RunningProgram } from './program.ts';
import { testClient } from './test-client.ts';

const namespace = 'default';

/** An API server and a folder for the platform's data, for tests that start the downloader as a program. */
export class DownloaderWorld implements AsyncDisposable {
  readonly client: KubeClient;
  readonly home: string;
  readonly root: string;
  readonly kubeconfig: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(parts: {
    client: KubeClient;
    home: string;
    kubeconfig: string;
    stack: AsyncDisposableStack;
  }) {
    this.client = parts.client;
    this.home = parts.home;
    this.root = join(parts.home, 'root');
    this.kubeconfig = parts.kubeconfig;
    this.#stack = parts.stack;
  }

  static async open(): Promise<DownloaderWorld> {
    const stack = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), 'kontain-downloader-'));
    stack.defer(() => rm(home, { recursive: true, force: true }));
    const { kubeconfig } = stack.use(await startEmbeddedApi());
    const client = stack.use(await testClient(kubeconfig));
    return new DownloaderWorld({ client, home, kubeconfig, stack });
  }

  /** Starts the downloader; it ends with the world, or before. */
  async start(env: NodeJS.ProcessEnv = {}, root = this.root): Promise<RunningProgram> {
    const args = ['--kubeconfig', this.kubeconfig, '--root', root, '--node-name', 'n1', '--port', '0'];
    const quick = { KONTAIN_GC_SECONDS: '1', KONTAIN_GRACE_SECONDS: '1' };
    return this.#stack.use(await startProgram('faas-downloader', args, { ...quick, ...env }));
  }

  async apply(name: string, spec: object): Promise<void> {
    const ref = { namespace, name };
    const existing = await this.image(name).catch(() => undefined);
    if (existing !== undefined) await this.client.mergePatch(imageResource, ref, { spec });
    else {
      const object = {
        apiVersion: 'build.kontain.app/v1',
        kind: 'Image',
        metadata: { namespace, name },
        spec,
      };
      await this.client.create(imageResource, object);
    }
  }

  async delete(name: string): Promise<void> {
    await this.client.delete(imageResource, { namespace, name });
  }

  image(name: string): Promise<StoredImage> {
    return this.client.get(imageResource, { namespace, name });
  }

  /** Waits until the Ready condition is about the spec of now and has this reason; gives the message. */
  async reason(name: string, reason: string, limitMs?: number): Promise<string> {
    let last = 'nothing';
    const check = async (): Promise<string | undefined> => {
      const { metadata, status } = await this.image(name);
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      last = `${ready?.reason} ${ready?.message}`;
      const isNow = status?.observedGeneration === metadata.generation && ready?.reason === reason;
      return isNow ? ready.message : undefined;
    };
    try {
      return await eventually(`Image ${name} is ${reason}`, check, limitMs);
    } catch (error) {
      throw new Error(`last seen: ${last}`, { cause: error });
    }
  }

  async spec(name: string): Promise<KontainerSpec> {
    const bundle = await readCurrent(this.root, { namespace, name });
    return kontainerSpecSchema.parse(bundle?.spec);
  }

  async putSecret(name: string, data: Record<string, string>, type = 'Opaque'): Promise<void> {
    const encoded = Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    );
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type, data: encoded };
    const exists = await this.client.get(secrets, { namespace, name }).catch(() => undefined);
    if (exists === undefined) await this.client.create(secrets, object);
    else await this.client.mergePatch(secrets, { namespace, name }, { data: encoded });
  }

  async putConfigMap(name: string, data: Record<string, string>): Promise<void> {
    await this.client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name },
      data,
    });
  }

  async events(name: string): Promise<CoreEvent[]> {
    const { items } = await this.client.list(coreEvents, { namespace });
    return items.filter(({ involvedObject }) => involvedObject.name === name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
