import { functionOfHost } from '../../api/own-address.ts';
import type { RouteCandidate } from './route-candidate.ts';

/** A function's own host. @param host as hostName makes it */
export function hostCandidate(host: string, target: string): RouteCandidate | undefined {
  const owner = functionOfHost(host);
  return owner && { ...owner, target, prefix: '' };
}

/** A Host header's value without port, trailing dot and capitals. */
export function hostName(host: string): string {
  const colon = host.indexOf(':');
  const name = (colon === -1 ? host : host.slice(0, colon)).toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
