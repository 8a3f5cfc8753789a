import type { StructuralSchema } from './structural-schema.ts';

export function text(description: string): StructuralSchema {
  return { type: 'string', description };
}

/** A time with seconds (metav1.Time). */
export function time(description: string): StructuralSchema {
  return { type: 'string', format: 'date-time', 'x-time-precision': 'seconds', description };
}

/** A time with microseconds (metav1.MicroTime). */
export function microTime(description: string): StructuralSchema {
  return { type: 'string', format: 'date-time', 'x-time-precision': 'microseconds', description };
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

/** An object; `tags` are the numbers of its fields in upstream's protobuf message. */
export function objectOf(
  properties: Readonly<Record<string, StructuralSchema>>,
  description: string,
  tags: Readonly<Record<string, number>> = {},
): StructuralSchema {
  return { type: 'object', properties: withTags(properties, tags), description };
}

export function withTags(
  properties: Readonly<Record<string, StructuralSchema>>,
  tags: Readonly<Record<string, number>>,
): Record<string, StructuralSchema> {
  const tagged = Object.entries(properties).map(([name, schema]) => {
    const tag = tags[name];
    return [name, tag === undefined ? schema : { ...schema, 'x-protobuf-tag': tag }];
  });
  return Object.fromEntries(tagged) as Record<string, StructuralSchema>;
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
  { kind: 1, name: 3, uid: 4, apiVersion: 5, controller: 6, blockOwnerDeletion: 7 },
);

const objectMetaTags = {
  name: 1,
  generateName: 2,
  namespace: 3,
  selfLink: 4,
  uid: 5,
  resourceVersion: 6,
  generation: 7,
  creationTimestamp: 8,
  deletionTimestamp: 9,
  deletionGracePeriodSeconds: 10,
  labels: 11,
  annotations: 12,
  ownerReferences: 13,
  finalizers: 14,
};

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
    objectMetaTags,
  ),
  'x-definition': 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
};
