import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pairs, splitList } from './key-values.ts';

test('lists are CSV, and a quote keeps commas', () => {
  assert.deepEqual(splitList('a=1,b=2'), ['a=1', 'b=2']);
  assert.deepEqual(splitList('"A=1,2",B'), ['A=1,2', 'B']);
  assert.deepEqual(splitList('"say ""hi"""'), ['say "hi"']);
  assert.deepEqual(splitList(''), []);
  assert.throws(() => splitList('"a'), /quote that does not end/);
});

test('what is quoted comes back as it was', () => {
  const items = fc.array(fc.string({ minLength: 1 }), { minLength: 1 });
  const quoted = (item: string) => `"${item.replaceAll('"', '""')}"`;
  fc.assert(fc.property(items, (list) => assert.deepEqual(splitList(list.map(quoted).join(',')), list)));
});

test('any text is a list or an error that says so', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        assert.ok(splitList(text).every((item) => item !== ''));
      } catch (error) {
        assert.match(String(error), /quote that does not end/);
      }
    }),
  );
});

test('pairs are split at the first = or :', () => {
  assert.deepEqual(pairs(['foo=bar', 'bar:foo', 'foobar', 'a=b=c', 'u=http://x']), {
    foo: 'bar',
    bar: 'foo',
    foobar: '',
    a: 'b=c',
    u: 'http://x',
  });
});
