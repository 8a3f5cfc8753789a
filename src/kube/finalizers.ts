import type { KubeClient } from './client-types.ts';
import { refOf, type KubeObject } from './objects.ts';
import type { Resource } from './resource.ts';

type Patcher = Pick<KubeClient, 'mergePatch'>;

export function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

export function isBeingDeleted({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Keeps the object until removeFinalizer. Answers the stored object; rejects with a conflict if it changed. */
export async function addFinalizer<T extends KubeObject>(
  client: Patcher,
  resource: Resource<T>,
  object: T,
  finalizer: string,
): Promise<T> {
  if (hasFinalizer(object, finalizer)) return object;
  return setFinalizers(client, resource, object, [...(object.metadata.finalizers ?? []), finalizer]);
}

/** As the last one of an object that is being deleted, this ends it. */
export async function removeFinalizer<T extends KubeObject>(
  client: Patcher,
  resource: Resource<T>,
  object: T,
  finalizer: string,
): Promise<T> {
  if (!hasFinalizer(object, finalizer)) return object;
  const rest = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  return setFinalizers(client, resource, object, rest);
}

/** A merge patch replaces the whole list, so it must not come after somebody else's change of it. */
function setFinalizers<T extends KubeObject>(
  client: Patcher,
  resource: Resource<T>,
  object: T,
  finalizers: readonly string[],
): Promise<T> {
  const { resourceVersion } = object.metadata;
  const preconditions = resourceVersion === undefined ? {} : { resourceVersion };
  return client.mergePatch(resource, refOf(object), { metadata: { finalizers } }, { preconditions });
}
