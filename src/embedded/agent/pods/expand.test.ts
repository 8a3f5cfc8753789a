import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expand } from './expand.ts';

test('variables are expanded as Kubernetes does', () => {
  const values = { A: 'a', B: '$(A)', '': 'empty' };
  const cases: readonly [string, string][] = [
    ['$(A)', 'a'],
    ['x$(A)y$(A)', 'xaya'],
    ['$(B)', '$(A)'],
    ['$(C)', '$(C)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$$$$(A)', '$$(A)'],
    ['$A $ $(A', '$A $ $(A'],
    ['$(toString)', '$(toString)'],
  ];
  for (const [text, expected] of cases) assert.equal(expand(text, values), expected, text);
});

test('what is written with $$ for $ comes out as it was, whatever the variables', () => {
  fc.assert(
    fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), (text, values) => {
      assert.equal(expand(text.replaceAll('$', '$$$$'), values), text);
    }),
  );
});
