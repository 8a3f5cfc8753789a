import { PlatformError } from '../lib/errors.ts';
import { isExpired } from './kube-error.ts';
import type { KubeList, KubeObject } from './objects.ts';
import type { Page } from './request-parts.ts';
import { apiVersionOf, type Resource } from './resource.ts';

/**
 * All pages of a list. A continue token that expired half-way (etcd compacts after five minutes) is answered by one
 * list without a limit: starting over could expire for ever.
 */
export async function listAll<T extends KubeObject>(
  fetchPage: (page: Page) => Promise<KubeList<T>>,
  resource: Resource<T>,
  pageSize = 500,
): Promise<KubeList<T>> {
  try {
    return complete(await allPages(fetchPage, pageSize), resource);
  } catch (error) {
    if (!isExpired(error)) throw error;
    return complete(checkList(await fetchPage({ limit: 0 })), resource);
  }
}

async function allPages<T extends KubeObject>(
  fetchPage: (page: Page) => Promise<KubeList<T>>,
  pageSize: number,
): Promise<KubeList<T>> {
  const first = checkList(await fetchPage({ limit: pageSize }));
  const items = first.items;
  let token = first.metadata.continue ?? '';
  while (token !== '') {
    const page = checkList(await fetchPage({ limit: pageSize, continue: token }));
    for (const item of page.items) items.push(item);
    if (page.metadata.continue === token)
      throw new PlatformError('bad_response', 'the API server sent the same continue token twice');
    token = page.metadata.continue ?? '';
  }
  return { ...first, items };
}

function checkList<T extends KubeObject>(list: KubeList<T>): KubeList<T> {
  const { metadata, items } = list as Partial<KubeList<T>>;
  if (typeof metadata !== 'object' || metadata === null || (items !== null && !Array.isArray(items)))
    throw new PlatformError('bad_response', 'the API server answered a list request with something else');
  return { ...list, items: items ?? [] };
}

/** The API server leaves kind and apiVersion out of a list's items. */
function complete<T extends KubeObject>(list: KubeList<T>, resource: Resource<T>): KubeList<T> {
  const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  return { ...list, items: list.items.map((item) => ({ ...type, ...item })) };
}
