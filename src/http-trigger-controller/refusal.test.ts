import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { StoredHttpTrigger } from '../api/http-trigger.ts';
import type { StoredImage } from '../api/image.ts';
import { ClaimBook } from './claim-book.ts';
import { platformHosts } from './platform-hosts.ts';
import { refusalOf } from './refusal.ts';

interface Given {
  namespace?: string;
  function?: string;
  host?: string;
  path?: string;
}

function trigger(name: string, given: Given, age: number): StoredHttpTrigger {
  const { namespace = 'ns', host, path } = given;
  return {
    metadata: {
      namespace,
      name,
      uid: name,
      creationTimestamp: `2026-01-01T00:00:${String(age).padStart(2, '0')}Z`,
    },
    spec: { 'function-name': given.function ?? name, 'host-name': host, path },
  };
}

/** Keys of the triggers that are refused; the earlier of the list are older. */
function refused(
  triggers: Record<string, Given>,
  {
    functions = [],
    sharedHosts = [],
    images = [],
    served = [],
    platforms = [],
  }: {
    functions?: string[];
    sharedHosts?: string[];
    images?: StoredImage[];
    served?: string[];
    platforms?: string[];
  } = {},
): string[] {
  const book = new ClaimBook({ url: undefined, tlsPort: undefined });
  for (const image of images) book.setImage(image);
  const claims = Object.entries(triggers).map(([name, given], age) =>
    book.setTrigger(trigger(name, given, age)),
  );
  const exists = ({ namespace, name }: { namespace?: string; name: string }) =>
    functions.includes(`${namespace}/${name}`);
  return claims.flatMap((claim) => {
    const refusal = refusalOf(claim, {
      book,
      exists,
      hasFunctions: (namespace) => functions.some((key) => key.startsWith(`${namespace}/`)),
      platformHosts: platforms,
      sharedHosts,
      isServed: ({ key }) => served.includes(key),
    });
    return refusal === undefined ? [] : [`${claim.key}: ${refusal}`];
  });
}

suite('claims', () => {
  test('of one host and path the oldest has it, in whatever way it is written', () => {
    const both = {
      a: { host: 'h.x', path: 'p/q' },
      b: { host: 'H.X', path: '/p/%71/' },
      c: { host: 'h.x', path: 'p' },
    };
    const [one, ...others] = refused(both);
    assert.match(
      one ?? '',
      /^ns\/b: Host h\.x with path \/p\/q is taken by HTTPTrigger ns\/a, which is older\./,
    );
    assert.deepEqual(others, []);
  });

  test('a host belongs to a namespace, unless it is shared', () => {
    const triggers = { a: { host: 'h.x' }, b: { host: 'h.x', path: '/p', namespace: 'other' } };
    assert.match(refused(triggers).join(), /^other\/b: Host h\.x belongs to namespace ns/);
    assert.deepEqual(refused(triggers, { sharedHosts: ['h.x'] }), []);
    const below = { a: { host: 'h.x', path: '/p' }, b: { host: 'h.x', path: '/p/q', namespace: 'other' } };
    assert.match(refused(below, { sharedHosts: ['h.x'] }).join(), /^other\/b/);
  });

  test('a wildcard covers the hosts of others that come later, and none that were there', () => {
    assert.deepEqual(refused({ a: { host: 'a.x' }, w: { host: '*.x', namespace: 'other' } }), []);
    assert.match(
      refused({ w: { host: '*.x' }, a: { host: 'a.x', namespace: 'other' } }).join(),
      /^other\/a.*\*\.x/,
    );
    assert.deepEqual(refused({ w: { host: '*.x' }, a: { host: 'a.x' } }), []);
  });

  test('paths without a host: all below a path is taken, but nothing below the root', () => {
    const given = {
      root: { path: '/' },
      a: { path: '/p', namespace: 'n1' },
      b: { path: '/p/q', namespace: 'n2' },
    };
    assert.match(refused(given).join(), /^n2\/b: Path \/p of any host is taken by HTTPTrigger n1\/a/);
  });

  test('own hosts and paths of functions that exist are theirs', () => {
    const functions = ['ns/fn'];
    const hosts = ['fn.ns', 'fn.ns.svc', 'fn.ns.svc.cluster.local', 'FN.ns'];
    for (const host of hosts) {
      assert.match(refused({ a: { host } }, { functions }).join(), /belongs to function ns\/fn/, host);
      assert.deepEqual(refused({ a: { host, function: 'fn' } }, { functions }), []);
      assert.deepEqual(refused({ a: { host } }), []);
    }
    for (const path of ['/ns/fn', 'ns/fn/x', '/n%73/fn'])
      assert.match(refused({ a: { path } }, { functions }).join(), /Path \/ns\/fn belongs to/, path);
    assert.deepEqual(
      refused({ a: { path: '/ns' }, b: { path: '/ns/fn2' }, c: { host: 'fn.ns.example' } }, { functions }),
      [],
    );
    for (const path of ['healthz', '/readyz', '/metrics'])
      assert.match(refused({ a: { path } }).join(), /data plane's own/);
    assert.deepEqual(refused({ a: { path: '/metrics/x' }, b: { path: '/healthz', host: 'h' } }), []);
  });

  test('the hosts and paths of all functions of a namespace are no other namespace’s', () => {
    const functions = ['ns/fn'];
    const places: Given[] = [
      { host: '*.ns' },
      { host: '*.ns.svc' },
      { host: '*.NS.svc.cluster.local' },
      { host: '*.ns', path: '/x' },
      { path: '/ns' },
      { path: 'n%73/' },
    ];
    for (const place of places) {
      const thief = { thief: { ...place, namespace: 'other' } };
      const said = refused(thief, { functions }).join();
      assert.match(
        said,
        /^other\/thief: (Host|Path) .* of all functions of namespace ns/,
        JSON.stringify(place),
      );
      assert.deepEqual(refused(thief), [], 'nobody is there');
      assert.deepEqual(refused({ own: place }, { functions }), []);
    }
    const others = [{ host: '*.ns.example' }, { host: '*.x.ns' }, { host: 'h', path: '/ns' }, { path: '/' }];
    for (const place of others)
      assert.deepEqual(refused({ a: { ...place, namespace: 'other' } }, { functions }), []);
  });

  test('where all functions have their paths is no trigger’s, whoever it belongs to', () => {
    const config = { namespace: undefined, service: 'kontain-faas-server', selector: {}, url: undefined };
    const platforms = platformHosts({
      address: { url: new URL('http://Faas.example.com:8080'), tlsPort: undefined },
      functionsUrl: 'https://fn.example.org/',
      dataPlane: { namespace: 'kubeless', config, clusterDomain: 'cluster.local' },
    });
    const service = [
      'kontain-faas-server',
      'kontain-faas-server.kubeless',
      'kontain-faas-server.kubeless.svc',
    ];
    const hosts = ['faas.example.com', 'FAAS.example.com', '*.example.com', 'fn.example.org', ...service];
    for (const host of [...hosts, '*.kubeless.svc.cluster.local', '*.kubeless'])
      for (const path of ['', '/p', '/ns/fn'])
        assert.match(refused({ a: { host, path } }, { platforms }).join(), /where all functions have/, host);
    for (const given of [
      { host: 'x.faas.example.com' },
      { host: 'example.com' },
      { host: '*.x' },
      { path: '/p' },
    ])
      assert.deepEqual(refused({ a: given }, { platforms }), []);
  });

  test("who is refused stands in nobody's way", () => {
    const functions = ['ns/fn'];
    const own = { thief: { host: 'fn.ns', namespace: 'evil' }, own: { host: 'fn.ns', function: 'fn' } };
    assert.match(refused(own, { functions }).join('|'), /^evil\/thief: [^|]*$/);
    const chain = {
      a: { host: 'h', namespace: 'n1' },
      b: { host: 'h', path: '/p', namespace: 'n2' },
      c: { host: 'h', path: '/p', namespace: 'n1' },
    };
    assert.match(refused(chain).join('|'), /^n2\/b: [^|]*$/);
  });

  test('routes that an Image has by hand count too, those of triggers do not', () => {
    const image = (routes: object[]): StoredImage => ({
      metadata: { namespace: 'other', name: 'img', creationTimestamp: '2025-01-01T00:00:00Z' },
      spec: { image: 'oci:/a', routes },
    });
    const a = { a: { host: 'h' } };
    assert.match(refused(a, { images: [image([{ host: 'h' }])] }).join(), /Image other\/img/);
    assert.deepEqual(refused(a, { images: [image([{ host: 'h', trigger: 'x' }])] }), []);
    // An edit of an old Image takes nothing from a trigger that is served.
    assert.deepEqual(refused(a, { images: [image([{ host: 'h' }])], served: ['ns/a'] }), []);
  });

  test('whatever is claimed: of a host and path at most one is granted, and no two namespaces have one host', () => {
    const given = fc.record({
      namespace: fc.constantFrom('n1', 'n2', 'n3'),
      host: fc.constantFrom('a.x', 'b.x', '*.x', 'y'),
      path: fc.constantFrom('', '/p', 'p/', '/p/q'),
    });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 10 }), (list) => {
        const triggers = Object.fromEntries(list.map((one, index) => [`t${index}`, one]));
        const no = new Set(refused(triggers).map((text) => text.split(':', 1)[0]));
        const granted = Object.entries(triggers).filter(
          ([name, { namespace }]) => !no.has(`${namespace}/${name}`),
        );
        const places = granted.map(([, { host, path }]) => `${host}/${path.replaceAll('/', '')}`);
        assert.equal(new Set(places).size, places.length);
        const owners = new Set(granted.map(([, { host, namespace }]) => `${host} ${namespace}`));
        assert.equal(owners.size, new Set(granted.map(([, { host }]) => host)).size);
      }),
    );
  });
});
