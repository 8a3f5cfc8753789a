import { objectOf, text } from './meta-schemas.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** core/v1 ObjectReference. */
export function objectReference(description: string): StructuralSchema {
  return objectOf(
    {
      kind: text('Kind of the object.'),
      namespace: text('Namespace of the object.'),
      name: text('Name of the object.'),
      uid: text('UID of the object.'),
      apiVersion: text('API version of the object.'),
      resourceVersion: text('The version of the object that is meant.'),
      fieldPath: text('The part of the object that is meant.'),
    },
    description,
    { kind: 1, namespace: 2, name: 3, uid: 4, apiVersion: 5, resourceVersion: 6, fieldPath: 7 },
  );
}

/** core/v1 LocalObjectReference. */
export function localObjectReference(description: string): StructuralSchema {
  return objectOf({ name: text('Name of the object.') }, description, { name: 1 });
}
