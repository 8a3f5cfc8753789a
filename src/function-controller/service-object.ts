import { functionResource, type KubelessFunction } from '../api/function.ts';
import { dataPlaneHost, dataPlanePort, type DataPlane } from '../controllers/data-plane.ts';
import { ownLabels } from '../controllers/object-labels.ts';
import { controlledBy } from '../kube/owner-references.ts';
import type { Service } from '../kube/workload-resources.ts';

/**
 * The Service of a Function's name: callers in the cluster reach the data plane by it, which finds the function by the
 * host name. A Service selects pods of its own namespace only; from others it is an alias of the data plane's.
 */
export function serviceObject(object: KubelessFunction, dataPlane: DataPlane): Service {
  const { name, namespace, uid = '', labels } = object.metadata;
  const ports = servicePorts(object.spec.service);
  const { selector } = dataPlane.config;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace,
      labels: { ...labels, ...ownLabels(name) },
      ownerReferences: [controlledBy(functionResource, { metadata: { name, uid } })],
    },
    spec:
      namespace === dataPlane.namespace
        ? { type: 'ClusterIP', selector, ports }
        : { type: 'ExternalName', externalName: dataPlaneHost(dataPlane), ports },
  };
}

/** Kubeless' port, or those that the author wrote; all of them lead to the data plane. */
function servicePorts(service: unknown): object[] {
  const given = (service as { ports?: unknown } | null | undefined)?.ports;
  const list = (Array.isArray(given) ? given : []) as { name?: unknown; port?: unknown }[];
  const ports = list.flatMap(({ name, port }, index) => {
    if (typeof port !== 'number') return [];
    return [{ name: typeof name === 'string' && name !== '' ? name : `port-${index}`, port }];
  });
  const used = ports.length > 0 ? ports : [{ name: 'http-function-port', port: dataPlanePort }];
  return used.map((port) => ({ ...port, protocol: 'TCP', targetPort: dataPlanePort }));
}
