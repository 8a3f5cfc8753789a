import type { ApiContext } from './api-context.ts';
import type { DeleteOptions } from './delete-options.ts';
import { deleteObject } from './delete.ts';
import { listObjects, type ObjectList } from './list.ts';
import type { ResourceRequest } from './resource-request.ts';

/** DELETE of a collection: every selected object; answers with what was deleted. */
export function deleteCollection(
  context: ApiContext,
  request: ResourceRequest,
  options: DeleteOptions,
): ObjectList {
  const list = listObjects(context, request);
  for (const { metadata } of list.items) {
    const one = { ...request, namespace: metadata.namespace ?? '', name: metadata.name };
    deleteObject(context, one, options);
  }
  return list;
}
