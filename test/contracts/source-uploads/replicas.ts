import { parse } from 'yaml';
import { crdYaml } from '../../../src/api/crd.ts';
import { functionResource } from '../../../src/api/function.ts';
import { imageResource } from '../../../src/api/image.ts';
import { kinds } from '../../../src/api/kinds.ts';
import { apply } from '../../../src/kube/apply.ts';
import { configMaps, customResourceDefinitions, namespaces } from '../../../src/kube/builtin-resources.ts';
import type { KubeClient } from '../../../src/kube/client-types.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { pods } from '../../../src/kube/workload-resources.ts';
import type { ImageRegistry } from '../../helpers/image-registry.ts';
import { eventually } from '../../helpers/eventually.ts';
import { startProgram, type RunningProgram } from '../../helpers/program.ts';

/** An API server that reaches what its pods listen on. */
export interface UploadTarget extends AsyncDisposable {
  kubeconfig: string;
  /** Namespace of the controllers; not there yet. */
  platform: string;
  /** Of the pods, by their number from 0. */
  replicas: readonly { address: string; port: number }[];
  podIP: string;
}

export const podName = (replica: number): string => `controllers-${replica}`;

export async function preparePlatform(
  client: KubeClient,
  platform: string,
  registry: ImageRegistry,
): Promise<void> {
  for (const kind of kinds)
    await apply(client, customResourceDefinitions, parse(crdYaml(kind)) as KubeObject);
  for (const resource of [functionResource, imageResource])
    await eventually('the kinds are served', () => client.list(resource).catch(() => undefined));
  await client.create(namespaces, { metadata: { name: platform } });
  const data = { 'function-registry': `${registry.host}/functions`, 'function-registry-tls-verify': 'false' };
  await client.create(configMaps, { metadata: { namespace: platform, name: 'kubeless-config' }, data });
}

/** A function-controller, and the pod in which it would be. */
export async function startReplica(
  client: KubeClient,
  { kubeconfig, platform, replicas, podIP }: UploadTarget,
  replica: number,
): Promise<RunningProgram> {
  const { address = '', port = 0 } = replicas[replica] ?? {};
  const env = {
    KUBELESS_NAMESPACE: platform,
    KONTAIN_LOG_LEVEL: 'error',
    KONTAIN_SOURCES_ADDRESS: address,
    POD_NAME: podName(replica),
  };
  const program = await startProgram('function-controller', ['--kubeconfig', kubeconfig, '--port', '0'], env);
  const metadata = { namespace: platform, name: podName(replica), labels: { kontain: 'controllers' } };
  const containers = [{ name: 'a', image: 'x', ports: [{ name: 'sources', containerPort: port }] }];
  // On a cluster the namespace's service account is made by a controller.
  await eventually('the pod is taken', () =>
    client.create(pods, { metadata, spec: { containers } }).catch(() => undefined),
  );
  await setPhase(client, { platform, replica, podIP, phase: 'Running' });
  return program;
}

export async function setPhase(
  client: KubeClient,
  { platform, replica, podIP, phase }: { platform: string; replica: number; podIP: string; phase: string },
): Promise<void> {
  const status = { phase, podIP, podIPs: [{ ip: podIP }] };
  const ref = { namespace: platform, name: podName(replica) };
  await client.mergePatch(pods, ref, { status }, { subresource: 'status' });
}
