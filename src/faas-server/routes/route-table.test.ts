import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { bundleRoute, routesDocument } from '../../../test/helpers/bundle-routes.ts';
import { called, tableOf, type Claims } from '../../../test/helpers/claimed-routes.ts';
import { decodeSegment } from './request-target.ts';
import { parseRoute } from './route.ts';
import { RouteTable } from './route-table.ts';
import { segmentsOf } from './route-tree.ts';

suite('routes of Images', () => {
  const claims: Claims = {
    api: [{ host: 'a.example', path: '/api' }],
    v2: [
      { host: 'a.example', path: 'api/v2/' },
      { host: '*.example' },
      { path: '/any' },
      { path: '/ns/api/x' },
    ],
    root: [{ host: 'a.example' }, { host: 'b.example', path: '/only' }],
    catches: [{ path: '/' }, { path: '/ns/guarded' }],
    guarded: [{ path: '/ns/guarded/in' }, { host: 'guarded.ns', path: '/in' }],
    greedy: [
      { host: 'guarded.ns' },
      { host: 'a.example', path: '/api' },
      { host: '*.ns' },
      { path: '/healthz' },
    ],
  };
  const table: Record<string, string> = {
    'a.example/api': 'api /api /',
    'a.example/api/': 'api /api /',
    'a.example/api?q=1': 'api /api /?q=1',
    'a.example/api/x/../y?z': 'bad_request',
    'a.example/api/x%2Fy': 'api /api /x%2Fy',
    'a.example/a%70i/x': 'api /a%70i /x',
    'A.Example.:8080/api/v2/x': 'v2 /api/v2 /x',
    'a.example/api/v22': 'api /api /v22',
    'a.example/apis': 'root  /apis',
    'a.example/': 'root  /',
    'a.example/ns/api': 'root  /ns/api',
    'a.example/healthz': 'root  /healthz',
    'c.example/x': 'v2  /x',
    'x.c.example/x': 'catches  /x',
    'b.example/only/x': 'root /only /x',
    'b.example/other': 'nothing',
    'b.example/ns/api': 'api /ns/api /',
    'h/any/thing': 'v2 /any /thing',
    'h/else': 'catches  /else',
    'h/healthz': '/healthz',
    'h/ns/api/x': 'api /ns/api /x',
    'h/ns/nobody/x': 'catches  /ns/nobody/x',
    'h/ns/guarded/x': 'guarded /ns/guarded /x',
    'h/ns/guarded/in/x': 'guarded /ns/guarded/in /x',
    'guarded.ns/x': 'guarded  /x',
    'guarded.ns/in/x': 'guarded /in /x',
    'guarded.ns.svc/in/x': 'guarded /in /x',
    'guarded.ns.svc.cluster.local/in/x': 'guarded /in /x',
    'nobody.ns/x': 'greedy  /x',
    'api.ns.svc.cluster.local/api': 'api  /api',
  };
  for (const [url, expected] of Object.entries(table)) {
    test(url, () => {
      if (expected === 'bad_request') assert.throws(() => called(tableOf(claims), url), { code: expected });
      else assert.equal(called(tableOf(claims), url), expected);
    });
  }

  test('the older of two claims has the path, and the younger gets it when the older goes', () => {
    const routes = tableOf({ old: [{ host: 'h' }], young: [{ host: 'h' }] });
    assert.equal(called(routes, 'h/'), 'old  /');
    routes.delete({ namespace: 'ns', name: 'old' });
    assert.equal(called(routes, 'h/'), 'young  /');
    routes.delete({ namespace: 'ns', name: 'young' });
    assert.equal(routes.ofHost('h'), undefined);
    assert.equal(called(routes, 'h/'), 'nothing');
  });

  test('routes by hand stand behind those of triggers, and take nothing below them from another namespace', () => {
    const table = new RouteTable();
    const set = (
      namespace: string,
      name: string,
      byHand: boolean,
      routes: { host?: string; path?: string }[],
    ) =>
      table.set({
        namespace,
        name,
        document: routesDocument(
          routes.map((one) => bundleRoute({ ...one, byHand })),
          byHand ? '1' : '2',
        ),
      });
    set('ns', 'own', false, [{ host: 'h' }, { path: '/p' }, { path: '/' }]);
    set('other', 'thief', true, [
      { host: 'h' },
      { host: 'h', path: '/admin' },
      { path: '/p/q' },
      { path: '/free' },
    ]);
    set('ns', 'friend', true, [{ host: 'h', path: '/friend' }]);
    const to = (url: string) => {
      const [, host = '', path = ''] = /^([^/]*)(.*)$/.exec(url) ?? [];
      return parseRoute(path, host, table).via?.name;
    };
    const urls = ['h/', 'h/admin/x', 'x/p/q', 'x/free', 'h/friend'];
    assert.deepEqual(urls.map(to), ['own', 'own', 'own', 'thief', 'friend']);
  });

  test('a route on a function’s own path guards it at every host, whoever has that', () => {
    const table = new RouteTable();
    const closed = { kind: 'closed' } as const;
    const own = [
      bundleRoute({ path: '/ns/guarded', access: closed }),
      bundleRoute({ path: '/ns/guarded/x' }),
    ];
    table.set({ namespace: 'ns', name: 'guarded', document: routesDocument(own) });
    const strange = [
      bundleRoute({ host: 'h', path: '/e' }),
      bundleRoute({ host: '*.w' }),
      bundleRoute({ path: '/e' }),
    ];
    table.set({ namespace: 'other', name: 'strange', document: routesDocument(strange) });
    const access = (path: string, host: string) => parseRoute(path, host, table).via?.route.access.kind;
    for (const host of ['h', 'nobody', '127.0.0.1', ''])
      for (const path of [
        '/ns/guarded',
        '/ns/guarded/',
        '/ns/guarded/y',
        '/%6es/g%75arded?x',
        '/ns/guarded?/x',
      ])
        assert.equal(access(path, host), 'closed', `${host}${path}`);
    assert.equal(access('/ns/guarded/x/y', 'h'), 'open');
    for (const path of ['/ns/guarded/x/../y', '/ns/./guarded', '/ns//guarded', '/ns/guarded%2Fy/../x'])
      try {
        const { candidates, via } = parseRoute(path, 'h', table);
        const isCalled = candidates.some(({ name }) => name === 'guarded');
        assert.equal(isCalled ? via?.route.access.kind : 'closed', 'closed', path);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'bad_request', path);
      }
    assert.equal(parseRoute('/e/x', 'nobody', table).via?.name, 'strange');
    assert.equal(
      parseRoute('/other/x', 'h', table).via,
      undefined,
      'routes of any host are not for a host of somebody',
    );
  });

  test('a host that was written by hand takes no function’s own path from another namespace', () => {
    const table = new RouteTable();
    for (const [namespace, name] of [
      ['ns', 'fn'],
      ['other', 'mine'],
      ['other', 'greedy'],
    ] as const) {
      const routes = name === 'greedy' ? [bundleRoute({ host: 'platform.example', byHand: true })] : [];
      table.set({ namespace, name, document: routesDocument(routes) });
    }
    const called = (path: string) => {
      const { candidates, via } = parseRoute(path, 'platform.example', table);
      return via?.name ?? candidates.find(({ namespace, name }) => table.has(namespace, name))?.name;
    };
    assert.deepEqual(['/ns/fn', '/n%73/fn/x?y', '/ns/nobody', '/', '/other/mine', '/%E0%80/x'].map(called), [
      'fn',
      'fn',
      'greedy',
      'greedy',
      'greedy',
      'greedy',
    ]);
  });

  test('of two routes of one function for one place the stricter counts', () => {
    const table = new RouteTable();
    const access = [{ kind: 'open' }, { kind: 'closed' }, { kind: 'basic', users: {} }] as const;
    const routes = access.map((one) => bundleRoute({ host: 'h', access: one }));
    table.set({ namespace: 'ns', name: 'fn', document: routesDocument(routes) });
    assert.equal(parseRoute('/', 'h', table).via?.route.access.kind, 'closed');
  });

  test('another table that follows the first is equal to it', () => {
    const first = tableOf({ a: [{ host: 'a' }] });
    const second = new RouteTable();
    first.subscribe((change) => second.apply(structuredClone(change)));
    first.set({ namespace: 'ns', name: 'b', document: routesDocument([bundleRoute({ host: 'b' })]) });
    first.delete({ namespace: 'ns', name: 'a' });
    assert.deepEqual([called(second, 'a/'), called(second, 'b/')], ['nothing', 'b  /']);
  });
});

const segment = fc.constantFrom('a', 'b', 'c', 'd', '%61', 'ns', 'f');
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
const host = fc.constantFrom('', 'x.y', '*.y', 'z.y');

test('the tree finds what looking at every route finds', () => {
  const routes = fc.array(fc.record({ host, path }), { maxLength: 12 });
  fc.assert(
    fc.property(routes, fc.constantFrom('x.y', 'z.y', 'w.y', 'v'), path, (given, name, asked) => {
      const table = new RouteTable();
      for (const [index, route] of given.entries()) {
        const document = routesDocument([bundleRoute(route)], String(index).padStart(2, '0'));
        table.set({ namespace: 'ns', name: `f${index}`, document });
      }
      assert.equal(parseRoute(asked, name, table).via?.name, naive(given, name, asked));
    }),
    { numRuns: 2000 },
  );
});

function naive(routes: { host: string; path: string }[], name: string, asked: string): string | undefined {
  const hosts = [name, `*${name.slice(name.indexOf('.'))}`].filter((one) =>
    routes.some((r) => r.host === one),
  );
  const chosen = hosts[0] ?? '';
  const wanted = asked.slice(1).split('/').map(decodeSegment);
  let best: { name: string; length: number } | undefined;
  for (const [index, route] of routes.entries()) {
    const segments = segmentsOf(route.path);
    if (route.host !== chosen || !segments.every((one, at) => wanted[at] === one)) continue;
    if (best === undefined || segments.length > best.length)
      best = { name: `f${index}`, length: segments.length };
  }
  return best?.name;
}
