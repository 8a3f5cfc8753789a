import type { OwnerReference } from '../kube/objects.ts';
import type { Service } from '../kube/workload-resources.ts';
import { dataPlaneHost, dataPlanePort, type DataPlane } from './data-plane.ts';
import { ownLabels } from './object-labels.ts';

export interface ServedName {
  namespace: string;
  name: string;
  labels: Record<string, string> | undefined;
  owner: OwnerReference;
  ports: readonly object[];
}

/**
 * The Service of a function's name: callers in the cluster reach the data plane by it, which finds the function by the
 * host name. A Service selects pods of its own namespace only; from others it is an alias of the data plane's.
 */
export function dataPlaneService(
  { namespace, name, labels, owner, ports }: ServedName,
  dataPlane: DataPlane,
): Service {
  const { selector } = dataPlane.config;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { ...labels, ...ownLabels(name) }, ownerReferences: [owner] },
    spec:
      namespace === dataPlane.namespace
        ? { type: 'ClusterIP', selector, ports }
        : { type: 'ExternalName', externalName: dataPlaneHost(dataPlane), ports },
  };
}

/** Kubeless' port, or those that the author of a Function wrote; all of them lead to the data plane. */
export function servicePorts(service: unknown): object[] {
  const given = (service as { ports?: unknown } | null | undefined)?.ports;
  const list = (Array.isArray(given) ? given : []) as { name?: unknown; port?: unknown }[];
  const ports = list.flatMap(({ name, port }, index) => {
    if (typeof port !== 'number') return [];
    return [{ name: typeof name === 'string' && name !== '' ? name : `port-${index}`, port }];
  });
  const used = ports.length > 0 ? ports : [{ name: 'http-function-port', port: dataPlanePort }];
  return used.map((port) => ({ ...port, protocol: 'TCP', targetPort: dataPlanePort }));
}
