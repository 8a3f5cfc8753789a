import type { BundleRoute } from '../../kontainer/routes.ts';
import { decodeSegment } from './request-target.ts';

/** A route with the function that it leads to. */
export interface FunctionRoute {
  readonly namespace: string;
  readonly name: string;
  /** Of two claims of one kind to one host and path the one that sorts first has it. */
  readonly since: string;
  readonly route: BundleRoute;
}

export interface RouteMatch {
  readonly to: FunctionRoute;
  /** Where in the path the rest begins, which the function sees. */
  readonly end: number;
}

export interface MatchScope {
  /** Only routes that lead to this function. */
  only?: { namespace: string; name: string };
  /** Only matches of at least so many characters. */
  from?: number;
}

interface Node {
  readonly children: Map<string, Node>;
  /** The first of them has the path. */
  readonly routes: FunctionRoute[];
}

/** The routes of one host by their path. A match costs one look-up a segment, however many routes there are. */
export class RouteTree {
  readonly #root: Node = { children: new Map(), routes: [] };
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(to: FunctionRoute): void {
    const { routes } = segmentsOf(to.route.path).reduce(childOf, this.#root);
    routes.push(to);
    routes.sort((a, b) => compareTexts(rankOf(a), rankOf(b)));
    this.#size += 1;
  }

  remove(to: FunctionRoute): void {
    if (removeBelow(this.#root, segmentsOf(to.route.path), to)) this.#size -= 1;
  }

  *[Symbol.iterator](): Iterator<FunctionRoute> {
    yield* routesBelow(this.#root);
  }

  /** The route with the longest path that `path`, which begins with a slash, begins with. */
  match(path: string, scope: MatchScope = {}): RouteMatch | undefined {
    let best: RouteMatch | undefined;
    let [node, end] = [this.#root as Node | undefined, 0];
    while (node !== undefined) {
      best = better(best, { routes: node.routes, end }, scope);
      if (node.children.size === 0 || end >= path.length) break;
      const slash = path.indexOf('/', end + 1);
      const next = slash === -1 ? path.length : slash;
      const segment = decodeSegment(path.slice(end + 1, next));
      node = segment === undefined ? undefined : node.children.get(segment);
      end = next;
    }
    return best;
  }
}

/**
 * Triggers' routes first, whose claims were looked at; of two that are equal in all else the one that lets fewer in: what
 * is guarded is not open by accident.
 */
function rankOf({ since, route }: FunctionRoute): string {
  return `${route.byHand ? 1 : 0} ${since} ${strictness[route.access.kind]}`;
}

const strictness = { closed: 0, basic: 1, open: 2 } as const;

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** What a trigger of another namespace has, with all below it, no route by hand takes; but the root of no host is nobody's. */
function isGuarded(to: FunctionRoute, outer: RouteMatch | undefined): boolean {
  if (!to.route.byHand || outer === undefined || outer.to.route.byHand) return false;
  return outer.to.namespace !== to.namespace && (outer.end > 0 || to.route.host !== '');
}

/** The route that ends here, or the one before it. */
function better(
  best: RouteMatch | undefined,
  { routes, end }: { routes: readonly FunctionRoute[]; end: number },
  { only, from = 0 }: MatchScope,
): RouteMatch | undefined {
  const to = end < from ? undefined : firstOf(routes, only);
  return to === undefined || isGuarded(to, best) ? best : { to, end };
}

function firstOf(routes: readonly FunctionRoute[], only: MatchScope['only']): FunctionRoute | undefined {
  if (only === undefined) return routes[0];
  return routes.find(({ namespace, name }) => namespace === only.namespace && name === only.name);
}

/** Decoded. `/a/`, `/a` and `a` are the same. */
export function segmentsOf(path: string): string[] {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  return trimmed === '' ? [] : trimmed.split('/').map((segment) => decodeSegment(segment) ?? segment);
}

function childOf({ children }: Node, segment: string): Node {
  const known = children.get(segment);
  if (known !== undefined) return known;
  const child: Node = { children: new Map(), routes: [] };
  children.set(segment, child);
  return child;
}

/** Nodes that lead to no route go too. */
function removeBelow(node: Node, [segment, ...rest]: readonly string[], to: FunctionRoute): boolean {
  if (segment === undefined) {
    const index = node.routes.indexOf(to);
    if (index >= 0) node.routes.splice(index, 1);
    return index >= 0;
  }
  const child = node.children.get(segment);
  if (child === undefined || !removeBelow(child, rest, to)) return false;
  if (child.routes.length === 0 && child.children.size === 0) node.children.delete(segment);
  return true;
}

function* routesBelow({ routes, children }: Node): Iterable<FunctionRoute> {
  yield* routes;
  for (const child of children.values()) yield* routesBelow(child);
}
