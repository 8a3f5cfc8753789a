import type { JsonObject, KubeObject } from '../../store/stored-object.ts';
import type { Accepted } from '../http/negotiate.ts';
import { includeObjectParameter, toPartial, toTable } from '../table/table.ts';
import { listReply, type ObjectList } from './list.ts';
import type { ResourceRequest } from './resource-request.ts';

/** One object in the form the caller accepts. */
export function presentObject(
  request: ResourceRequest,
  object: KubeObject,
  view: Accepted & { now: number },
): JsonObject {
  if (view.view === 'object') return object;
  if (view.view === 'metadata') return toPartial(object, view.metaVersion);
  const { resourceVersion } = object.metadata;
  const includeObject = includeObjectParameter(request.query);
  return toTable(request.definition, [object], { ...view, includeObject, listMeta: { resourceVersion } });
}

/** A list in the form the caller accepts. */
export function presentList(
  request: ResourceRequest,
  list: ObjectList,
  view: Accepted & { now: number },
): JsonObject {
  if (view.view === 'object') return listReply(request, list);
  if (view.view === 'table') {
    const includeObject = includeObjectParameter(request.query);
    return toTable(request.definition, list.items, { ...view, includeObject, listMeta: list.metadata });
  }
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${view.metaVersion}`,
    metadata: list.metadata,
    items: list.items.map((item) => toPartial(item, view.metaVersion)),
  };
}
