import type { JsonObject, KubeObject } from '../../store/stored-object.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import { badRequest } from '../status/refusals.ts';

export interface TableOptions {
  /** v1 or v1beta1 of meta.k8s.io. */
  readonly metaVersion: string;
  readonly includeObject: string;
  readonly now: number;
}

/** @throws StatusError 400 */
export function includeObjectParameter(query: URLSearchParams): string {
  const value = query.get('includeObject') ?? '';
  if (['', 'Metadata', 'None', 'Object'].includes(value)) return value === '' ? 'Metadata' : value;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
}

/** meta.k8s.io Table: what kubectl get prints. */
export function toTable(
  definition: ResourceDefinition,
  objects: readonly KubeObject[],
  options: TableOptions & { listMeta: JsonObject },
): JsonObject {
  const columnDefinitions = definition.columns.map(({ name, type, format = '', description, priority }) => {
    return { name, type, format, description, priority };
  });
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.metaVersion}`,
    metadata: options.listMeta,
    columnDefinitions,
    rows: objects.map((object) => toRow(definition, object, options)),
  };
}

function toRow(
  { columns }: ResourceDefinition,
  object: KubeObject,
  { now, includeObject, metaVersion }: TableOptions,
): JsonObject {
  const cells = columns.map(({ cell }) => cell(object, now) ?? null);
  if (includeObject === 'None') return { cells, object: null };
  return { cells, object: includeObject === 'Object' ? object : toPartial(object, metaVersion) };
}

/** meta.k8s.io PartialObjectMetadata. */
export function toPartial({ metadata }: KubeObject, metaVersion: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${metaVersion}`, metadata };
}
