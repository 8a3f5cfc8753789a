import type { KubeObject, ObjectRef } from './objects.ts';
import type { Resource } from './resource.ts';

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  /** Base64. */
  binaryData?: Record<string, string>;
}

export interface Secret extends KubeObject {
  type?: string;
  /** Base64. */
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/; times are metav1.MicroTime. */
export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ in its core/v1 form. */
export interface CoreEvent extends KubeObject {
  involvedObject: ObjectRef & { apiVersion?: string; kind?: string; uid?: string; resourceVersion?: string };
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  source: { component: string; host?: string };
  firstTimestamp: string;
  lastTimestamp: string;
  count: number;
}

export const namespaces: Resource = core('namespaces', 'Namespace', false);
export const configMaps: Resource<ConfigMap> = core('configmaps', 'ConfigMap');
export const secrets: Resource<Secret> = core('secrets', 'Secret');
export const coreEvents: Resource<CoreEvent> = core('events', 'Event');

export const leases: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

export const customResourceDefinitions: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

function core<T extends KubeObject>(plural: string, kind: string, namespaced = true): Resource<T> {
  return { group: '', version: 'v1', plural, kind, namespaced };
}
