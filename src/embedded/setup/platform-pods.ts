import { apply } from '../../kube/apply.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { pods, type Pod } from '../../kube/workload-resources.ts';
import {
  controllersPodName,
  dataPlanePodName,
  platformNamespace,
  sourcesPort,
  statusPort,
} from './data-plane-address.ts';

interface PlatformPod {
  name: string;
  /** Of its label `kontain` and of its container. */
  program: string;
  ports: { name: string; containerPort: number }[];
}

/**
 * faas-server and the controllers as pods, so that whoever looks for them finds them as on a cluster. Nobody runs these: the
 * supervisor does.
 *
 * @param port of the calls
 */
export async function applyPlatformPods(client: KubeClient, port: number): Promise<void> {
  const status = { name: 'status', containerPort: statusPort };
  const ports = [{ name: 'http', containerPort: port }, status];
  await applyPod(client, { name: dataPlanePodName, program: 'faas-server', ports });
  const sources = { name: 'sources', containerPort: sourcesPort };
  await applyPod(client, { name: controllersPodName, program: 'controllers', ports: [sources] });
}

async function applyPod(client: KubeClient, platformPod: PlatformPod): Promise<void> {
  const { name, program } = platformPod;
  await apply(client, pods, podOf(platformPod));
  const containerStatuses = [{ name: program, ready: true, state: { running: {} } }];
  const conditions = [{ type: 'Ready', status: 'True' }];
  const status = { phase: 'Running', podIP: '127.0.0.1', hostIP: '127.0.0.1', conditions, containerStatuses };
  const ref = { namespace: platformNamespace, name };
  await client.mergePatch(pods, ref, { status }, { subresource: 'status' });
}

function podOf({ name, program, ports }: PlatformPod): Pod {
  const labels = { 'app.kubernetes.io/name': `kontain-${program}`, kontain: program };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: platformNamespace, labels },
    spec: { nodeName: 'embedded', containers: [{ name: program, image: `kontain/${program}`, ports }] },
  };
}
