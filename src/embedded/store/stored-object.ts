/** Anything that JSON can say, as an object. */
export type JsonObject = { [key: string]: unknown };

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** The part of Kubernetes' ObjectMeta that this server itself reads or writes. */
export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  [field: string]: unknown;
}

/** A Kubernetes object of any kind, as it is stored and sent. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** Where an object lies: `resource` is `<group>/<plural>`, `path` is `<namespace>/<name>` or `<name>`. */
export interface ObjectKey {
  readonly resource: string;
  readonly path: string;
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One committed write. `previous` is absent for ADDED; for DELETED `object` is the last state at the new revision. */
export interface Change {
  readonly revision: number;
  readonly type: ChangeType;
  readonly key: ObjectKey;
  readonly object: string;
  readonly previous: string | undefined;
}
