import { configMaps, namespaces, type ConfigMap } from '../../kube/builtin-resources.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { apply } from '../../kube/apply.ts';
import { isAlreadyExists, orUndefined } from '../../kube/kube-error.ts';
import { services } from '../../kube/workload-resources.ts';
import { functionRegistry, platformNamespace } from './data-plane-address.ts';
import { applyPlatformPods } from './platform-pods.ts';
import { platformRepository } from './push-images.ts';

const configName = 'kubeless-config';
/** What we wrote last: a key that is as we left it follows us, one that the user changed or removed is theirs. */
const appliedAnnotation = 'kontain.app/applied-config';

export interface PlatformOptions {
  client: KubeClient;
  /** `host:port` of the registry on loopback. */
  registry: string;
  /** Port of the calls. */
  port: number;
  /** Of the images that were pushed, by name. */
  digests: ReadonlyMap<string, string>;
}

/** The platform's namespace, configuration, Service of the data plane and pods, as a cluster has them. */
export async function applyPlatform({ client, registry, port, digests }: PlatformOptions): Promise<void> {
  await client.create(namespaces, { metadata: { name: platformNamespace } }).catch((error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
  });
  await applyConfig(client, platformConfig(registry, port, digests));
  await apply(client, services, dataPlaneService(port));
  await applyPlatformPods(client, port);
}

/** Keys of docs/build-job.md. Images are named by digest, so that nobody has to ask what they are. */
export function platformConfig(
  registry: string,
  port: number,
  digests: ReadonlyMap<string, string>,
): Record<string, string> {
  const image = (name: string): string => {
    const digest = digests.get(name);
    return `${registry}/${platformRepository}/${name}${digest === undefined ? '' : `@${digest}`}`;
  };
  return {
    'function-registry': functionRegistry(registry),
    'function-registry-tls-verify': 'false',
    'runtime-registry': `${registry}/${platformRepository}`,
    'provision-image': image('unzip'),
    'builder-image': image('function-image-builder'),
    'functions-url': `http://127.0.0.1:${port}`,
    'data-plane-url': `http://127.0.0.1:${port}`,
  };
}

async function applyConfig(client: KubeClient, wanted: Record<string, string>): Promise<void> {
  const ref = { namespace: platformNamespace, name: configName };
  const live = await orUndefined(client.get(configMaps, ref));
  const annotations = { [appliedAnnotation]: JSON.stringify(wanted) };
  if (live === undefined) {
    await client.create(configMaps, { metadata: { ...ref, annotations }, data: wanted });
    return;
  }
  const patch = { metadata: { annotations }, data: followed(live, wanted) };
  await client.mergePatch(configMaps, ref, patch);
}

/** The keys that the user left to us. */
export function followed(
  { metadata, data = {} }: ConfigMap,
  wanted: Record<string, string>,
): Record<string, string> {
  const before = parse(metadata.annotations?.[appliedAnnotation]);
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => data[key] === before[key]));
}

function parse(text = '{}'): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Functions' Services are aliases of it. */
function dataPlaneService(port: number) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kontain-faas-server',
      namespace: platformNamespace,
      labels: { kontain: 'faas-server' },
    },
    spec: {
      type: 'ClusterIP',
      externalIPs: ['127.0.0.1'],
      ports: [{ name: 'http', port, protocol: 'TCP', targetPort: port }],
    },
  };
}
