import { formatKey, type KubeObject, type OwnerReference } from './objects.ts';
import { apiVersionOf, type Resource } from './resource.ts';

/** Makes `owner` the controller of a new object in its namespace: deleted with it. `owner` must have been stored. */
export function controlledBy(resource: Resource, owner: KubeObject): OwnerReference {
  const { name = '', uid = '' } = owner.metadata;
  const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  return { ...type, name, uid, controller: true, blockOwnerDeletion: true };
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** For informerSource: the key of the object of kind `resource` that controls this one. */
export function ownerKeys(resource: Resource): (object: KubeObject) => readonly string[] {
  return (object) => {
    const owner = controllerOf(object);
    if (owner?.kind !== resource.kind || groupOf(owner) !== resource.group) return [];
    const { namespace } = object.metadata;
    return [formatKey(namespace === undefined ? { name: owner.name } : { namespace, name: owner.name })];
  };
}

/** Without the version: an owner that was written as v1beta1 is the same as v1. */
function groupOf({ apiVersion }: OwnerReference): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
