import type { BundleRoute, RoutesDocument } from '../../src/kontainer/routes.ts';

/** A route that anybody may call, unless told otherwise. */
export function bundleRoute(route: Partial<BundleRoute>): BundleRoute {
  return { host: '', path: '', access: { kind: 'open' }, https: false, byHand: false, ...route };
}

export function routesDocument(routes: BundleRoute[], since = '2026'): RoutesDocument {
  return { version: 1, since, routes };
}
