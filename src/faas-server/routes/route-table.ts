import type { BundleRoute, RoutesDocument } from '../../kontainer/routes.ts';
import { RouteTree, type FunctionRoute } from './route-tree.ts';

interface FunctionName {
  readonly namespace: string;
  readonly name: string;
}

/** A function that this node has, with its routes besides its own host and path. */
export interface FunctionRoutes extends FunctionName {
  readonly document: RoutesDocument | undefined;
}

/** What a request's route is found with. */
export interface RouteLookup {
  has(namespace: string, name: string): boolean;
  /** The routes of the most specific host that `host` is, if any. */
  ofHost(host: string): RouteTree | undefined;
  /** Routes of any host. */
  readonly ofAnyHost: RouteTree;
}

/** The routes of all functions of this node, in memory; every process that takes calls has one. */
export class RouteTable implements RouteLookup {
  readonly ofAnyHost = new RouteTree();
  readonly #functions = new Map<string, readonly FunctionRoute[]>();
  readonly #hosts = new Map<string, RouteTree>();
  readonly #listeners = new Set<(change: RouteChange) => void>();

  has(namespace: string, name: string): boolean {
    return this.#functions.has(`${namespace}/${name}`);
  }

  ofHost(host: string): RouteTree | undefined {
    if (this.#hosts.size === 0) return undefined;
    return this.#hosts.get(host) ?? this.#hosts.get(wildcardOf(host));
  }

  /** In one step for whoever asks: no request finds neither the old nor the new routes. */
  set({ namespace, name, document }: FunctionRoutes): void {
    const { since = '', routes = [] } = document ?? {};
    const added = routes.map((route): FunctionRoute => ({ namespace, name, since, route }));
    for (const route of added) this.#treeOf(route.route).add(route);
    this.#drop(namespace, name);
    this.#functions.set(`${namespace}/${name}`, added);
    this.#tell({ set: { namespace, name, document } });
  }

  delete({ namespace, name }: FunctionName): void {
    this.#drop(namespace, name);
    this.#functions.delete(`${namespace}/${name}`);
    this.#tell({ deleted: { namespace, name } });
  }

  apply(change: RouteChange): void {
    if ('set' in change) this.set(change.set);
    else this.delete(change.deleted);
  }

  /** `listener` gets what there is as changes, then every change. Returns the way to end that. */
  subscribe(listener: (change: RouteChange) => void): () => void {
    for (const [key, routes] of this.#functions) listener({ set: snapshot(key, routes) });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: RouteChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #treeOf({ host }: BundleRoute): RouteTree {
    if (host === '') return this.ofAnyHost;
    const tree = this.#hosts.get(host) ?? new RouteTree();
    this.#hosts.set(host, tree);
    return tree;
  }

  #drop(namespace: string, name: string): void {
    for (const route of this.#functions.get(`${namespace}/${name}`) ?? []) {
      const { host } = route.route;
      const tree = this.#treeOf(route.route);
      tree.remove(route);
      if (host !== '' && tree.size === 0) this.#hosts.delete(host);
    }
  }
}

export type RouteChange = { readonly set: FunctionRoutes } | { readonly deleted: FunctionName };

/** A wildcard stands for one label, as in an Ingress. */
function wildcardOf(host: string): string {
  return `*${host.slice(host.indexOf('.'))}`;
}

function snapshot(key: string, routes: readonly FunctionRoute[]): FunctionRoutes {
  const slash = key.indexOf('/');
  const [first] = routes;
  const document =
    first === undefined
      ? undefined
      : { version: 1 as const, since: first.since, routes: routes.map(({ route }) => route) };
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1), document };
}
