import { parseRoute } from '../../src/faas-server/routes/route.ts';
import { RouteTable } from '../../src/faas-server/routes/route-table.ts';
import { bundleRoute, routesDocument } from './bundle-routes.ts';

export type Claims = Record<string, { host?: string; path?: string }[]>;

/** Functions of namespace `ns` by name; the earlier of the list are older. */
export function tableOf(claims: Claims): RouteTable {
  const table = new RouteTable();
  for (const [index, [name, routes]] of Object.entries(claims).entries())
    table.set({ namespace: 'ns', name, document: routesDocument(routes.map(bundleRoute), `${index}`) });
  return table;
}

/** `function prefix target` of what is called first. */
export function called(table: RouteTable, url: string): string {
  const { host, pathname } = /^(?<host>[^/]*)(?<pathname>.*)$/.exec(url)?.groups ?? {};
  const { candidates, reserved } = parseRoute(pathname ?? '', host, table);
  const [first] = candidates.filter(({ namespace, name }) => table.has(namespace, name));
  if (first === undefined) return reserved ?? 'nothing';
  return `${first.name} ${first.prefix} ${first.target}`;
}
