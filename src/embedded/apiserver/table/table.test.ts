import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { humanDuration } from './age.ts';
import { evaluateJsonPath, parseJsonPath } from './jsonpath.ts';

const find = (path: string, root: unknown): unknown[] => evaluateJsonPath(parseJsonPath(path), root);

suite('JSON path', () => {
  const root = {
    a: {
      'b.c': 1,
      list: [
        { t: 'x', v: 1 },
        { t: 'y', v: 2 },
        { t: 'x', v: 3 },
      ],
    },
    n: null,
  };

  test('what printer columns use', () => {
    assert.deepEqual(find('.a.list[0].v', root), [1]);
    assert.deepEqual(find('.a.list[-1].v', root), [3]);
    assert.deepEqual(find('.a.list[*].v', root), [1, 2, 3]);
    assert.deepEqual(find('.a.list[1:].v', root), [2, 3]);
    assert.deepEqual(find('.a.list[?(@.t=="x")].v', root), [1, 3]);
    assert.deepEqual(find('.a.list[?(@.v > 1)].t', root), ['y', 'x']);
    assert.deepEqual(find(".a['b.c']", root), [1]);
    assert.deepEqual(find('.a.b\\.c', root), [1]);
    assert.deepEqual(find('..v', root), [1, 2, 3]);
    assert.deepEqual(find('.n', root), [null]);
    assert.deepEqual(find('.missing.deep', root), []);
    assert.deepEqual(find('.constructor', root), []);
  });

  test('a quoted field finds any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (name, value) => {
        const quoted = name.replaceAll(/[\\']/g, (character) => `\\${character}`);
        const object = Object.fromEntries([[name, value]]);
        if (!/[\\\n]/.test(name)) assert.deepEqual(find(`['${quoted}']`, object), [value]);
      }),
    );
  });

  test('any text either parses or is refused with a SyntaxError, and evaluates', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('.a[]*?(@=="x")0:-\'\\')) }), (text) => {
        try {
          find(text, root);
        } catch (error) {
          assert.ok(error instanceof SyntaxError, String(error));
        }
      }),
    );
  });
});

suite('ages', () => {
  test('as kubectl shows them', () => {
    const second = 1000;
    const shown = [
      0, 119, 120, 125, 599, 600, 10_799, 10_800, 11_000, 172_799, 172_800, 180_000, 691_200, 63_072_000,
    ].map((seconds) => humanDuration(seconds * second));
    assert.deepEqual(shown, [
      '0s',
      '119s',
      '2m',
      '2m5s',
      '9m59s',
      '10m',
      '179m',
      '3h',
      '3h3m',
      '47h',
      '2d',
      '2d2h',
      '8d',
      '2y',
    ]);
    assert.equal(humanDuration(-5 * second), '<invalid>');
  });
});
