import { PlatformError } from '../lib/errors.ts';
import type { KubeObject, ObjectRef } from './objects.ts';

/** How a kind is addressed in the API. `T` is the type that its objects are read as; the API server checked them. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never there at run time; carries `T` for the compiler. */
  readonly objectType?: T;
}

export type Subresource = 'status' | 'scale';

export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `images.build.kontain.app`, for messages and metrics. */
export function resourceName({ group, plural }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function rootPath({ group, version }: Resource): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** Path of the collection; all namespaces when `namespace` is absent. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : '';
  return `${rootPath(resource)}${scope}/${resource.plural}`;
}

/** Path of one object. Throws `bad_request` where a namespaced object comes without its namespace. */
export function objectPath(resource: Resource, ref: ObjectRef, subresource?: Subresource): string {
  if (resource.namespaced && ref.namespace === undefined)
    throw new PlatformError('bad_request', `${resource.kind} ${ref.name} needs a namespace`);
  const path = `${collectionPath(resource, ref.namespace)}/${segment(ref.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** `.` and `..` would be resolved away by URL parsers, and an empty name would address the collection. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..')
    throw new PlatformError('bad_request', `"${name}" is not a Kubernetes name`);
  return encodeURIComponent(name);
}
