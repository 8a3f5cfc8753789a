import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { called, tableOf, type Claims } from '../../../test/helpers/claimed-routes.ts';

suite('a path that can be read in two ways', () => {
  const claims: Claims = {
    open: [{ host: 'h' }],
    closed: [
      { host: 'h', path: '/admin' },
      { host: 'h', path: '/open/in' },
    ],
  };
  const tricks = [
    '//admin/x',
    '/.//admin',
    '/x/../admin',
    '/x/%2e%2E/admin',
    '/x/.%2e/admin',
    '/x/..;/admin',
    '/x/..%2fadmin',
    '/x%2f..%2fadmin',
    '/%2fadmin',
    '/%2Fadmin/x',
    '/admin%2fx',
    '/admin%5Cx',
    '/admin\\x',
    '/\\admin',
    '/x\\..\\admin',
    '/admin;a=b/x',
    '/;/admin',
    '/./admin',
    '/.',
    '/..',
  ];
  for (const trick of tricks) {
    test(trick, () => {
      assert.throws(() => called(tableOf(claims), `h${trick}`), { code: 'bad_request' });
    });
  }

  const piece = fc.constantFrom(
    '/',
    '//',
    '\\',
    '%2f',
    '%5C',
    '.',
    '..',
    '%2e',
    ';p',
    '%3b',
    'admin',
    'open',
    'in',
    'x',
    '%61dmin',
  );

  test('whatever is asked: what any reading of it takes for a guarded path does not reach the open route', () => {
    const table = tableOf(claims);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const asked = `/${pieces.join('')}`;
        let reached: string;
        try {
          reached = called(table, `h${asked}`);
        } catch {
          return;
        }
        if (readings(asked).some((reading) => /^\/+(admin|open\/+in)(\/|$)/.test(reading)))
          assert.ok(reached.startsWith('closed'), `${asked} reached ${reached}`);
      }),
      { numRuns: 3000 },
    );
  });
});

/** As servers read paths: with parameters cut or not, slashes decoded or not, merged or not, dots resolved or not. */
function readings(asked: string): string[] {
  const steps: ((text: string) => string)[] = [
    (text) => text.replaceAll(/;[^/]*/g, ''),
    (text) => decodeURIComponent(text),
    (text) => text.replaceAll(/;[^/]*/g, ''),
    (text) => text.replaceAll('\\', '/'),
    (text) => text.replaceAll(/\/+/g, '/'),
    (text) => new URL(`http://h${text}`).pathname,
  ];
  let all = [asked];
  for (const step of steps) all = [...all, ...all.map((text) => step(text))];
  return all;
}
