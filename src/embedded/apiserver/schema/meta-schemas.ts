import type { StructuralSchema } from './structural-schema.ts';

export function text(description: string): StructuralSchema {
  return { type: 'string', description };
}

export function time(description: string): StructuralSchema {
  return { type: 'string', format: 'date-time', description };
}

export function integer(description: string, format: 'int32' | 'int64' = 'int32'): StructuralSchema {
  return { type: 'integer', format, description };
}

export function flag(description: string): StructuralSchema {
  return { type: 'boolean', description };
}

export function textMap(description: string): StructuralSchema {
  return { type: 'object', additionalProperties: { type: 'string' }, description };
}

export function listOf(items: StructuralSchema, description: string): StructuralSchema {
  return { type: 'array', items, description };
}

/** A list that strategic merge patches merge: by `key`, or as a set of scalars without one. */
export function mergedList(items: StructuralSchema, description: string, key?: string): StructuralSchema {
  return {
    ...listOf(items, description),
    'x-kubernetes-patch-strategy': 'merge',
    ...(key !== undefined && { 'x-kubernetes-patch-merge-key': key }),
  };
}

export function objectOf(
  properties: Record<string, StructuralSchema>,
  description: string,
): StructuralSchema {
  return { type: 'object', properties, description };
}

const ownerReference = objectOf(
  {
    apiVersion: text('API version of the owner.'),
    kind: text('Kind of the owner.'),
    name: text('Name of the owner.'),
    uid: text('UID of the owner.'),
    controller: flag('True when this owner manages the object.'),
    blockOwnerDeletion: flag('True when foreground deletion of the owner waits for this object.'),
  },
  'An object that owns this one: when all owners are gone, the object is deleted.',
);

/** ObjectMeta of meta/v1 (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/). */
export const objectMeta: StructuralSchema = {
  ...objectOf(
    {
      name: text('Unique within the namespace and kind; cannot be changed.'),
      generateName: text('Prefix for a unique name that the server makes when name is empty.'),
      namespace: text('The space within which the name must be unique.'),
      selfLink: text('Deprecated; not set.'),
      uid: text('Unique in time and space; set by the server.'),
      resourceVersion: text('Opaque version of the object, for optimistic concurrency and watches.'),
      generation: integer('Counts changes of the desired state; set by the server.', 'int64'),
      creationTimestamp: time('When the object was created; set by the server.'),
      deletionTimestamp: time('When the object was asked to go; it goes once its finalizers are empty.'),
      deletionGracePeriodSeconds: integer('Seconds the object was given to end.', 'int64'),
      labels: textMap('Keys and values to organise and select objects by.'),
      annotations: textMap('Unstructured keys and values that tools keep with the object.'),
      ownerReferences: mergedList(ownerReference, 'Objects this one depends on.', 'uid'),
      finalizers: mergedList({ type: 'string' }, 'Must be empty before the object goes.'),
      managedFields: listOf(
        { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        'Server-side apply bookkeeping; this server keeps none.',
      ),
    },
    'Standard metadata of every object.',
  ),
  'x-definition': 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
};
