import type { CollectionOptions, DeleteOptions, Preconditions } from './client-types.ts';

export interface Page {
  limit?: number;
  continue?: string;
}

/** `?a=1&b=2`, or nothing. Absent and empty values are left out. */
export function queryString(
  parameters: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && value !== '') query.set(name, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}

export function collectionQuery(options: CollectionOptions & Page): string {
  const { labelSelector, fieldSelector, limit, continue: token, dryRun } = options;
  const pages = { limit: limit === 0 ? undefined : limit, continue: token };
  return queryString({ labelSelector, fieldSelector, ...pages, dryRun: dryRun === true ? 'All' : undefined });
}

export function deleteBody({ preconditions, propagationPolicy, gracePeriodSeconds }: DeleteOptions): object {
  return { kind: 'DeleteOptions', apiVersion: 'v1', preconditions, propagationPolicy, gracePeriodSeconds };
}

/** The API server takes `metadata.uid` and `metadata.resourceVersion` of a patch as conditions. */
export function withPreconditions(patch: object, preconditions: Preconditions | undefined): object {
  if (preconditions === undefined) return patch;
  const metadata = 'metadata' in patch && typeof patch.metadata === 'object' ? patch.metadata : {};
  return { ...patch, metadata: { ...metadata, ...preconditions } };
}
