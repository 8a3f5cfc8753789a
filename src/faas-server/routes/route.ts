import type { FunctionName } from '../../api/own-address.ts';
import { hostCandidate, hostName } from './host-route.ts';
import { ownerOfPath, pathCandidate } from './path-route.ts';
import { splitTarget, type RequestTarget } from './request-target.ts';
import { RouteTree, type FunctionRoute, type RouteMatch } from './route-tree.ts';
import type { RouteLookup } from './route-table.ts';
import { matchStrictly } from './strict-match.ts';
import type { RouteCandidate } from './route-candidate.ts';

export type ReservedPath = '/healthz' | '/readyz' | '/metrics';

export interface Route {
  /** Of the request, with its port if one was named; empty where none was. */
  readonly host: string;
  /** In the order in which they count; the first that exists is called. */
  readonly candidates: readonly RouteCandidate[];
  /** Set when the server itself answers this path if no candidate exists. */
  readonly reserved: ReservedPath | undefined;
  /** The route of an Image that leads to the only candidate, with its conditions; none for a function's own host and path. */
  readonly via: FunctionRoute | undefined;
}

type FoundRoute = Omit<Route, 'host'>;
type PathAndQuery = Pick<RequestTarget, 'path' | 'query'>;

const noRoutes: RouteLookup = { has: () => false, ofHost: () => undefined, ofAnyHost: new RouteTree() };

/**
 * Finds what a request may be meant for (design.md §7): a function's own host, then the routes of Images by host and
 * path, then a function's own path. What is a function's own is never another's: there only its own routes count.
 * @param target request target as on the request line, origin-form or absolute-form
 * @param host value of the Host header
 * @throws PlatformError `bad_request` when target or host are not valid
 */
export function parseRoute(target: string, host: string | undefined, table: RouteLookup = noRoutes): Route {
  const { authority, ...parts } = splitTarget(target);
  const named = authority ?? host ?? '';
  return { host: named, ...findRoute(parts, hostName(named), table) };
}

function findRoute({ path, query }: PathAndQuery, name: string, table: RouteLookup): FoundRoute {
  const byHost = hostCandidate(name, path + query);
  const owner = existing(table, byHost);
  const match = matchHost(table, path, { name, owner });
  if (match?.to) return routeTo(match.to, { path, query });
  const reserved = asReserved(path);
  if (reserved) return ownAddress([byHost], reserved);
  const byPath = pathCandidate(path, query);
  const isOwned = match !== undefined;
  const other = owner ? undefined : matchAnyHost(table, path, { byPath, isOwned });
  return other ? routeTo(other, { path, query }) : ownAddress([byHost, byPath]);
}

function ownAddress(found: readonly (RouteCandidate | undefined)[], reserved?: ReservedPath): FoundRoute {
  return { candidates: found.filter((candidate) => candidate !== undefined), reserved, via: undefined };
}

/** Undefined where the host is nobody's; without `to` where it is somebody's who has no route for the path. */
function matchHost(
  table: RouteLookup,
  path: string,
  { name, owner }: { name: string; owner: RouteCandidate | undefined },
): { to: RouteMatch | undefined } | undefined {
  const ofHost = table.ofHost(name);
  if (owner === undefined) {
    const to = ofHost && matchStrictly(ofHost, path, {});
    return ofHost && { to: to && standsBehind(to, table, path) ? undefined : to };
  }
  // Its shortest form stands for the others: a route that guards it guards all of them.
  const trees = [ofHost, table.ofHost(`${owner.name}.${owner.namespace}`)];
  const matches = trees.map((tree) => tree && matchStrictly(tree, path, { only: owner }));
  return { to: matches[0] ?? matches[1] };
}

function existing<T extends FunctionName>(table: RouteLookup, candidate: T | undefined): T | undefined {
  return candidate !== undefined && table.has(candidate.namespace, candidate.name) ? candidate : undefined;
}

/** A route that somebody wrote by hand, whose host nobody looked at: a function of another namespace keeps its own path there. */
function standsBehind({ to }: RouteMatch, table: RouteLookup, path: string): boolean {
  if (!to.route.byHand) return false;
  const owner = existing(table, ownerOfPath(path));
  return owner !== undefined && owner.namespace !== to.namespace;
}

/**
 * Under a function's own path only its own routes count, and of those the ones that begin there: they guard it at every
 * host, also at one of somebody else (`isOwned`), who has no route for that path. All others are not for such a host.
 */
function matchAnyHost(
  table: RouteLookup,
  path: string,
  { byPath, isOwned }: { byPath: RouteCandidate | undefined; isOwned: boolean },
): RouteMatch | undefined {
  const { ofAnyHost } = table;
  if (ofAnyHost.size === 0) return undefined;
  if (byPath === undefined || !table.has(byPath.namespace, byPath.name))
    return isOwned ? undefined : matchStrictly(ofAnyHost, path, {});
  return matchStrictly(ofAnyHost, path, { only: byPath, from: byPath.prefix.length });
}

function routeTo({ to, end }: RouteMatch, { path, query }: PathAndQuery): FoundRoute {
  const { namespace, name } = to;
  const rest = end >= path.length ? '/' : path.slice(end);
  const candidate = { namespace, name, target: rest + query, prefix: path.slice(0, end) };
  return { candidates: [candidate], reserved: undefined, via: to };
}

function asReserved(path: string): ReservedPath | undefined {
  return path === '/healthz' || path === '/readyz' || path === '/metrics' ? path : undefined;
}
