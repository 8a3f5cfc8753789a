import type { KubeClient } from '../../kube/client-types.ts';
import { pods, type Pod } from '../../kube/workload-resources.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Io } from '../io.ts';
import { readServerConfig, serverConfigRef } from '../server-config.ts';

/** Where the data plane's pods are, as `kubeless-config` says it. */
export interface PodSelection {
  namespace: string;
  labelSelector: string;
}

export async function dataPlaneSelection(client: KubeClient, io: Pick<Io, 'env'>): Promise<PodSelection> {
  const [ref, config = {}] = await Promise.all([serverConfigRef(client, io), readServerConfig(client, io)]);
  return {
    namespace: config['data-plane-namespace'] ?? ref.namespace,
    labelSelector: config['data-plane-selector'] ?? 'kontain=faas-server',
  };
}

/** Those that run. Throws `not_ready` where there is none. */
export async function dataPlanePods(client: KubeClient, io: Pick<Io, 'env'>): Promise<Pod[]> {
  const selection = await dataPlaneSelection(client, io);
  const { items } = await client.list(pods, selection);
  const running = items.filter(isRunning);
  if (running.length > 0) return running;
  const { namespace, labelSelector } = selection;
  throw new PlatformError('not_ready', 'no pod of the data plane runs', {
    hint: `It was looked for in namespace ${namespace} with ${labelSelector}; see "kubectl get pods -n ${namespace}".`,
  });
}

export function isRunning({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && status?.phase === 'Running';
}

/** Path in the API that leads to `path` of the pod's status address. Throws `not_ready` for a pod that has none. */
export function statusPath({ metadata, spec }: Pod, path: string): string {
  const { namespace = '', name = '' } = metadata;
  const ports = (spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  const port = ports.find((candidate) => candidate.name === 'status');
  if (port === undefined)
    throw new PlatformError('not_ready', `pod ${namespace}/${name} has no port named "status"`, {
      hint: 'Set KONTAIN_STATUS_ADDRESS of faas-server and name its port in the pod.',
    });
  return `/api/v1/namespaces/${namespace}/pods/${name}:${port.containerPort}/proxy${path}`;
}
