import { hostCandidate } from './host-route.ts';
import { pathCandidate } from './path-route.ts';
import { splitTarget } from './request-target.ts';

/** A function that a request may be meant for, and what that function would see. */
export interface RouteCandidate {
  readonly namespace: string;
  readonly name: string;
  /** Path and query for the function, as the caller encoded them; begins with `/`. */
  readonly target: string;
  /** The part of the caller's path that was taken away: empty for host routes. */
  readonly prefix: string;
}

export type ReservedPath = '/healthz' | '/readyz' | '/metrics';

export interface Route {
  /** In the order in which they count; the first that exists is called. */
  readonly candidates: readonly RouteCandidate[];
  /** Set when the server itself answers this path if no candidate exists. */
  readonly reserved: ReservedPath | undefined;
}

/**
 * Finds what a request may be meant for, without knowing which functions exist (design.md §7).
 * @param target request target as on the request line, origin-form or absolute-form
 * @param host value of the Host header
 * @throws PlatformError `bad_request` when target or host are not valid
 */
export function parseRoute(target: string, host: string | undefined): Route {
  const { path, query, authority } = splitTarget(target);
  const candidates: RouteCandidate[] = [];
  const byHost = hostCandidate(authority ?? host ?? '', path + query);
  if (byHost) candidates.push(byHost);
  // Routes of HTTPTrigger objects (host and path) come here, between the two.
  const reserved = asReserved(path);
  const byPath = reserved ? undefined : pathCandidate(path, query);
  if (byPath) candidates.push(byPath);
  return { candidates, reserved };
}

function asReserved(path: string): ReservedPath | undefined {
  return path === '/healthz' || path === '/readyz' || path === '/metrics' ? path : undefined;
}
