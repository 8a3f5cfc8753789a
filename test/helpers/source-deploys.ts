import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { functionResource, type StoredFunction } from '../../src/api/function.ts';
import { configMaps, coreEvents } from '../../src/kube/builtin-resources.ts';
import { jobs, pods } from '../../src/kube/workload-resources.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { kubeless, type CliRun } from './cli.ts';
import { readAuthFiles } from '../../src/oci/registry-auth.ts';
import { embeddedInstance, type EmbeddedInstance } from './embedded-instance.ts';
import { eventually } from './eventually.ts';
import { call } from './caller.ts';
import { freePorts } from './free-ports.ts';
import { heldRegistry, type HeldRegistry } from './held-registry.ts';
import { MadeBuilds } from './made-builds.ts';
import { testClient } from './test-client.ts';

const namespace = 'default';

/** Embedded mode with the command line and sources: what a user has after `make up`. */
export interface SourceDeploys extends AsyncDisposable {
  instance: EmbeddedInstance;
  client: KubeClient;
  /** Of this machine's loopback: the only one that builds may reach, free at first. */
  sourcePort: number;
  made: MadeBuilds;
  /** The registry at another address, for as long as a test wants: nodes take it for one of theirs. */
  holdRegistry(): Promise<HeldRegistry>;
  /** Asks the registry as the platform does: with its login. */
  askRegistry(path: string, init?: { method?: string; headers?: Record<string, string> }): Promise<Response>;
  /** Writes a source file; returns its path. */
  file(name: string, content: string | Buffer): Promise<string>;
  kubeless(...argv: string[]): Promise<CliRun>;
  /** Deploys a Python function that answers with a text, and waits until it is ready. */
  answer(name: string, text: string, ...more: string[]): Promise<CliRun>;
  get(name: string): Promise<StoredFunction>;
  /** Waits for a reason of the Ready condition that is about the spec of now. */
  until(name: string, reason: string): Promise<StoredFunction>;
  events(name: string): Promise<string[]>;
  call(name: string): Promise<{ status: number | null; body: string }>;
  /** Waits until neither an object nor a folder of a function's builds is left. */
  nothingBuilds(name: string): Promise<void>;
}

/** `more` settings of its parts, as environment variables. */
export async function sourceDeploys(more: NodeJS.ProcessEnv = {}): Promise<SourceDeploys> {
  const stack = new AsyncDisposableStack();
  const [sourcePort = 0, heldPort = 0] = await freePorts(2);
  const settings = {
    ...more,
    KONTAIN_BUILD_LOOPBACK_PORTS: String(sourcePort),
    KONTAIN_INSECURE_REGISTRIES: `127.0.0.1:${heldPort}`,
  };
  const instance = stack.use(await embeddedInstance(settings));
  await instance.up();
  const client = stack.use(await testClient(instance.home.kubeconfig));
  const made = stack.use(new MadeBuilds(client));
  const file = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(instance.home.root, name);
    await writeFile(path, content);
    return path;
  };
  const cli = (...argv: string[]) => kubeless(argv, { kubeconfig: instance.home.kubeconfig });
  const get = (name: string) => client.get(functionResource, { namespace, name });
  return {
    instance,
    client,
    sourcePort,
    made,
    async holdRegistry() {
      const [[registry, auth] = ['', '']] = await readAuthFiles(instance.home.registryAuth);
      return heldRegistry(heldPort, registry, auth);
    },
    file,
    kubeless: cli,
    get,
    async askRegistry(path, { headers, ...init } = {}) {
      const [[registry, auth] = ['', '']] = await readAuthFiles(instance.home.registryAuth);
      const login = { authorization: `Basic ${auth}` };
      return fetch(`http://${registry}/v2/${path}`, { ...init, headers: { ...headers, ...login } });
    },
    async answer(name, text, ...more) {
      const path = await file(
        `${name}.py`,
        `def handler(event, context):\n    return ${JSON.stringify(text)}\n`,
      );
      const known = await get(name).catch(() => undefined);
      const flags = [
        '--runtime',
        'python3.11',
        '--handler',
        `${name}.handler`,
        '--from-file',
        path,
        '--wait',
      ];
      return cli('function', known === undefined ? 'deploy' : 'update', name, ...flags, ...more);
    },
    until: (name, reason) => untilReason(get, name, reason),
    async events(name) {
      const { items } = await client.list(coreEvents, { namespace });
      return items.flatMap(({ involvedObject, reason, message }) =>
        involvedObject.name === name && involvedObject.kind === 'Function' ? [`${reason}: ${message}`] : [],
      );
    },
    async call(name) {
      const { status, body } = await call(instance.url(`/${namespace}/${name}`));
      return { status, body };
    },
    nothingBuilds: (name) => nothingBuilds(client, instance, name),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function nothingBuilds(client: KubeClient, { home }: EmbeddedInstance, name: string): Promise<void> {
  const own = { labelSelector: `kubeless.io/build,function=${name}` };
  await eventually('no build is left', async () => {
    const lists = [
      await client.list(jobs, own),
      await client.list(pods, own),
      await client.list(configMaps, own),
    ];
    return lists.every(({ items }) => items.length === 0);
  });
  const folder = join(home.root, 'agent/work');
  await eventually('no folder of a build is left', async () => (await readdir(folder)).length === 0);
}

async function untilReason(
  get: (name: string) => Promise<StoredFunction>,
  name: string,
  reason: string,
): Promise<StoredFunction> {
  let last = 'nothing';
  const check = async (): Promise<StoredFunction | undefined> => {
    const object = await get(name);
    const ready = object.status?.conditions?.find(({ type }) => type === 'Ready');
    last = JSON.stringify(ready);
    return ready?.observedGeneration === object.metadata.generation && ready?.reason === reason
      ? object
      : undefined;
  };
  try {
    return await eventually(`Function ${name} is ${reason}`, check, 120_000);
  } catch (error) {
    throw new Error(`last seen: ${last}`, { cause: error });
  }
}
