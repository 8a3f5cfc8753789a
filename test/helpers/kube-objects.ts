import type { ConfigMap } from '../../src/kube/builtin-resources.ts';
import type { Status } from '../../src/kube/objects.ts';

export function configMap(
  name: string,
  resourceVersion: string,
  data: Record<string, string> = {},
): ConfigMap {
  const metadata = { name, namespace: 'default', uid: `uid-${name}`, resourceVersion };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}

export function listOf(
  resourceVersion: string,
  items: readonly object[],
  more: { continue?: string } = {},
): object {
  return { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion, ...more }, items };
}

export function added(object: object): object {
  return { type: 'ADDED', object };
}

export function bookmark(resourceVersion: string): object {
  return { type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion } } };
}

export function status(code: number, reason: string, details: Status['details'] = {}): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message: `${reason} happened`,
    details,
  };
}
