import { apply } from '../../kube/apply.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { pods, type Pod } from '../../kube/workload-resources.ts';
import { dataPlanePodName, platformNamespace, statusPort } from './data-plane-address.ts';

const ref = { namespace: platformNamespace, name: dataPlanePodName };
const containerName = 'faas-server';

/** faas-server as a pod, so that whoever looks for the data plane finds it as on a cluster. Nobody runs it: the supervisor does. */
export async function applyDataPlanePod(client: KubeClient, port: number): Promise<void> {
  await apply(client, pods, dataPlanePod(port));
  const state = { running: {} };
  const containerStatuses = [{ name: containerName, ready: true, state }];
  const conditions = [{ type: 'Ready', status: 'True' }];
  const status = { phase: 'Running', podIP: '127.0.0.1', hostIP: '127.0.0.1', conditions, containerStatuses };
  await client.mergePatch(pods, ref, { status }, { subresource: 'status' });
}

/** @param port of the calls */
function dataPlanePod(port: number): Pod {
  const labels = { 'app.kubernetes.io/name': 'kontain-faas-server', kontain: 'faas-server' };
  const ports = [
    { name: 'http', containerPort: port },
    { name: 'status', containerPort: statusPort },
  ];
  const containers = [{ name: containerName, image: 'kontain/faas-server', ports }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...ref, labels },
    spec: { nodeName: 'embedded', containers },
  };
}
