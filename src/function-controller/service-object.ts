import { functionResource, type KubelessFunction } from '../api/function.ts';
import type { DataPlane } from '../controllers/data-plane.ts';
import { dataPlaneService, servicePorts } from '../controllers/data-plane-service.ts';
import { controlledBy } from '../kube/owner-references.ts';
import type { Service } from '../kube/workload-resources.ts';

/** The Service of a Function. */
export function serviceObject(object: KubelessFunction, dataPlane: DataPlane): Service {
  const { name, namespace, uid = '', labels } = object.metadata;
  const owner = controlledBy(functionResource, { metadata: { name, uid } });
  return dataPlaneService(
    { name, namespace, labels, owner, ports: servicePorts(object.spec.service) },
    dataPlane,
  );
}
