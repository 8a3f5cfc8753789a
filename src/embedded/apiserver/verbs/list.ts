import type { JsonObject, KubeObject } from '../../store/stored-object.ts';
import { apiVersionOf } from '../resources/resource-definition.ts';
import { invalid } from '../status/field-error.ts';
import { badRequest, expired, invalidObject } from '../status/refusals.ts';
import type { ApiContext } from './api-context.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import { isEverything, isSelected, selection, type Selection } from './list-options.ts';
import { decodeStored, integerParameter, type ResourceRequest } from './resource-request.ts';

export interface ObjectList {
  readonly metadata: JsonObject;
  readonly items: KubeObject[];
}

interface Page {
  readonly revision: number;
  readonly after: string;
  readonly limit: number;
}

/** GET of a collection: one consistent page. @throws StatusError 400, 410 */
export function listObjects(context: ApiContext, request: ResourceRequest): ObjectList {
  const { definition, query } = request;
  const wanted = selection(query, definition);
  const page = pageOf(context, query);
  const { items, last } = readPage(context, request, { page, wanted });
  const metadata: JsonObject = { resourceVersion: String(page.revision) };
  if (last !== undefined) {
    metadata['continue'] = encodeContinue({ revision: page.revision, after: last });
    if (isEverything(wanted))
      metadata['remainingItemCount'] = context.store.count({ ...range(request, page), after: last });
  }
  return { metadata, items };
}

function range(
  { definition, namespace }: ResourceRequest,
  { revision, after }: Page,
): { resource: string; prefix: string; after: string; revision: number } {
  return { resource: definition.storage, prefix: namespace === '' ? '' : `${namespace}/`, after, revision };
}

/** Which state is listed: that of the token, an exact older one, or the newest (which satisfies "not older than"). */
function pageOf({ store }: ApiContext, query: URLSearchParams): Page {
  const limit = integerParameter(query, 'limit') ?? 0;
  const token = query.get('continue') ?? '';
  const version = requestedVersion(query);
  if (token !== '') return { ...continuedPage(store, token, version), limit };
  if (version > store.revision)
    throw expired(`Too large resource version: ${version}, current: ${store.revision}`);
  const revision = isExact(query, version, limit) ? version : store.revision;
  checkRevision(revision, store);
  return { revision, after: '', limit };
}

function continuedPage(store: ApiContext['store'], token: string, version: number): Omit<Page, 'limit'> {
  if (version > 0) throw badRequest('specifying resource version is not allowed when using continue');
  const { revision, after } = decodeContinue(token);
  checkRevision(revision, store);
  return { revision: revision === -1 ? store.revision : revision, after };
}

function isExact(query: URLSearchParams, version: number, limit: number): boolean {
  if (query.get('resourceVersionMatch') === 'Exact') return true;
  return version > 0 && limit > 0 && !query.has('resourceVersionMatch');
}

function requestedVersion(query: URLSearchParams): number {
  const match = query.get('resourceVersionMatch') ?? '';
  const text = query.get('resourceVersion') ?? '';
  const refuse = (field: string, value: string, detail: string): Error =>
    invalidObject({ group: 'meta.k8s.io', plural: '', kind: 'ListOptions' }, '', [
      invalid(field, value, detail),
    ]);
  if (match !== '' && text === '')
    throw refuse(
      'resourceVersionMatch',
      match,
      'resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  if (match === 'Exact' && text === '0')
    throw refuse(
      'resourceVersionMatch',
      match,
      'resourceVersionMatch "Exact" is forbidden for resourceVersion "0"',
    );
  if (!['', 'Exact', 'NotOlderThan'].includes(match))
    throw refuse('resourceVersionMatch', match, 'supported values: "Exact", "NotOlderThan"');
  if (!/^\d{0,15}$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}`);
  return Number(text);
}

function checkRevision(revision: number, { compactedRevision }: ApiContext['store']): void {
  if (revision === -1 || revision >= compactedRevision) return;
  const why =
    'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.';
  throw expired(why);
}

/** Reads until the page is full of selected objects; `last` is set when more may follow. */
function readPage(
  { store }: ApiContext,
  request: ResourceRequest,
  { page, wanted }: { page: Page; wanted: Selection },
): { items: KubeObject[]; last: string | undefined } {
  const items: KubeObject[] = [];
  const batch = page.limit > 0 ? page.limit + 1 : -1;
  let { after } = page;
  for (;;) {
    const rows = store.list({ ...range(request, page), after, limit: batch });
    for (const { path, body } of rows) {
      if (page.limit > 0 && items.length === page.limit) return { items, last: after };
      after = path;
      const object = decodeStored(request.definition, body);
      if (isSelected(object, wanted)) items.push(object);
    }
    if (batch === -1 || rows.length < batch) return { items, last: undefined };
  }
}

/** The list as it is sent; built-in kinds leave apiVersion and kind out of the items, as upstream. */
export function listReply({ definition }: ResourceRequest, { metadata, items }: ObjectList): JsonObject {
  const sent = definition.custom ? items : items.map(withoutType);
  return { kind: definition.listKind, apiVersion: apiVersionOf(definition), metadata, items: sent };
}

function withoutType(object: KubeObject): JsonObject {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  return rest;
}
