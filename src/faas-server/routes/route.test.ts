import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { PlatformError } from '../../lib/errors.ts';
import { isFunctionName, isNamespaceName } from '../../api/object-names.ts';
import { parseRoute } from './route.ts';

/** `namespace/name target` of each candidate. */
function routes(target: string, host = '127.0.0.1:8080'): string[] {
  return parseRoute(target, host).candidates.map((one) => `${one.namespace}/${one.name} ${one.target}`);
}

suite('routes by path', () => {
  const table: Record<string, string[]> = {
    '/ns/fn': ['ns/fn /'],
    '/ns/fn/': ['ns/fn /'],
    '/ns/fn?q=1': ['ns/fn /?q=1'],
    '/ns/fn/a/b?q=/../x': ['ns/fn /a/b?q=/../x'],
    '/ns/fn//a': ['ns/fn //a'],
    '/ns/fn/../../other/fn': ['ns/fn /../../other/fn'],
    '/ns/fn/%2e%2e%2Fa': ['ns/fn /%2e%2e%2Fa'],
    '/ns/f%6e': ['ns/fn /'],
    '/%6Es/fn': ['ns/fn /'],
    '/ns/fn.v1.example': ['ns/fn.v1.example /'],
    'http://h/ns/fn/x': ['ns/fn /x'],
    '/': [],
    '/ns': [],
    '/ns/': [],
    '//ns/fn': [],
    '/ns//fn': [],
    '/../ns/fn': [],
    '/ns/..': [],
    '/ns/.': [],
    '/ns%2Ffn': [],
    '/ns%2Ffn/x': [],
    '/ns/fn%2Fother': [],
    '/ns/%2e%2e': [],
    '/ns/fn%00': [],
    '/NS/fn': [],
    '/ns/Fn': [],
    '/ns/fn_x': [],
    '/ns/-fn': [],
    '/n.s/fn': [],
    [`/ns/${'a'.repeat(64)}`]: [],
    '/healthz': [],
    '/healthz/x': ['healthz/x /'],
  };
  for (const [target, expected] of Object.entries(table)) {
    test(target, () => assert.deepEqual(routes(target), expected));
  }

  test('bad percent-encoding and bad targets are refused', () => {
    for (const target of [
      '/ns/f%n',
      '/ns/%ff',
      '/%/fn',
      'ns/fn',
      '',
      '*',
      '/ns/fn#x',
      '/ns/f n',
      '/ns/\xe9',
      'ftp://h/ns/fn',
    ]) {
      assert.throws(() => parseRoute(target, 'h'), { code: 'bad_request' }, target);
    }
  });

  test('the server has three paths, exactly', () => {
    assert.equal(parseRoute('/healthz', 'h').reserved, '/healthz');
    assert.equal(parseRoute('/metrics?x', 'h').reserved, '/metrics');
    assert.equal(parseRoute('/healthz/', 'h').reserved, undefined);
    assert.equal(parseRoute('/%68ealthz', 'h').reserved, undefined);
  });
});

suite('routes by host', () => {
  const table: Record<string, string[]> = {
    'fn.ns': ['ns/fn /a?b'],
    'FN.Ns:80': ['ns/fn /a?b'],
    'fn.ns.': ['ns/fn /a?b'],
    'fn.ns.svc': ['ns/fn /a?b'],
    'fn.ns.svc.cluster.local': ['ns/fn /a?b'],
    'fn.ns.svc.cluster.local.:8080': ['ns/fn /a?b'],
    'fn.ns.example.com': [],
    localhost: [],
    '127.0.0.1': [],
    '[::1]:80': [],
    '': [],
    '.ns': [],
    'fn.': [],
    'a_b.ns': [],
  };
  for (const [host, expected] of Object.entries(table)) {
    test(JSON.stringify(host), () => assert.deepEqual(routes('/a?b', host), expected));
  }

  test('the host comes before the path, and that of an absolute target before the Host header', () => {
    assert.deepEqual(routes('/ns2/fn2/x', 'fn.ns'), ['ns/fn /ns2/fn2/x', 'ns2/fn2 /x']);
    assert.deepEqual(routes('http://one.ns/a', 'two.ns'), ['ns/one /a']);
  });
});

test('whatever is asked: valid names or nothing, a target that begins with a slash, no surprise', () => {
  const piece = fc.constantFrom(
    '/',
    '//',
    '..',
    '.',
    '%2f',
    '%2e',
    '%',
    'ns',
    'fn',
    'a-b',
    '?',
    '#',
    '@',
    ':',
    '%00',
    '\\',
    'A',
  );
  const target = fc.oneof(
    fc.array(piece).map((pieces) => `/${pieces.join('')}`),
    fc.string(),
    fc.webUrl(),
  );
  fc.assert(
    fc.property(target, fc.oneof(fc.string(), fc.domain()), (text, host) => {
      try {
        for (const { namespace, name, target: rest, prefix } of parseRoute(text, host).candidates) {
          assert.ok(isNamespaceName(namespace) && isFunctionName(name));
          assert.ok(rest.startsWith('/'));
          assert.ok(text.includes(prefix));
        }
      } catch (error) {
        assert.ok(error instanceof PlatformError && error.code === 'bad_request', String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
