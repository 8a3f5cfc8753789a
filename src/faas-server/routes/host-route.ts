import { isFunctionName, isNamespaceName } from './names.ts';
import type { RouteCandidate } from './route.ts';

/**
 * Reads `<function>.<namespace>`, with or without `.svc` and a cluster domain after it, as in-cluster callers use it.
 * Function names with dots are reachable by path only: a host's first label is the Service's name.
 * @param host as hostName makes it
 */
export function hostCandidate(host: string, target: string): RouteCandidate | undefined {
  const labels = host.split('.');
  const [name, namespace, service] = labels;
  if (name === undefined || namespace === undefined) return undefined;
  if (labels.length > 2 && service !== 'svc') return undefined;
  if (!isFunctionName(name) || !isNamespaceName(namespace)) return undefined;
  return { namespace, name, target, prefix: '' };
}

/** A Host header's value without port, trailing dot and capitals. */
export function hostName(host: string): string {
  const colon = host.indexOf(':');
  const name = (colon === -1 ? host : host.slice(0, colon)).toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
