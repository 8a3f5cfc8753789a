import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyMergePatch, threeWayPatch, type JsonObject, type JsonValue } from './merge-patch.ts';

test('RFC 7396, appendix A', () => {
  const cases: [JsonValue, JsonValue, JsonValue][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of cases) assert.deepEqual(applyMergePatch(target, patch), result);
});

test('leaves what others set, removes what we no longer say, and knows defaults in lists', () => {
  const last = { spec: { replicas: 1, old: 'x', containers: [{ name: 'a' }] } };
  const desired = { spec: { replicas: 2, containers: [{ name: 'a' }] } };
  const live = {
    spec: { replicas: 1, old: 'x', other: 'y', containers: [{ name: 'a', pullPolicy: 'Always' }] },
  };
  assert.deepEqual(threeWayPatch(last, desired, live), { spec: { old: null, replicas: 2 } });
});

test('a list that we changed or that others changed is sent whole', () => {
  const live = { list: [{ name: 'a', value: '1', defaulted: true }] };
  const same = { list: [{ name: 'a', value: '1' }] };
  assert.equal(threeWayPatch(same, same, live), undefined);
  assert.deepEqual(threeWayPatch(same, { list: [{ name: 'a' }] }, live), { list: [{ name: 'a' }] });
  assert.deepEqual(threeWayPatch(same, same, { list: [{ name: 'a', value: '2' }] }), same);
});

const { object } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.boolean(),
    fc.integer(),
    fc.string({ maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { maxKeys: 4 }),
}));

/** `desired` is in `result`; lists are equal as a whole or hold more defaults. */
function contains(result: JsonValue | undefined, desired: JsonValue): boolean {
  if (Array.isArray(desired)) return Array.isArray(result) && result.length === desired.length;
  if (typeof desired !== 'object' || desired === null) return result === desired;
  return Object.entries(desired).every(
    ([key, value]) => value === undefined || contains((result as JsonObject | undefined)?.[key], value),
  );
}

test('the patch brings every object to what is desired, and a second one is not needed', () => {
  fc.assert(
    fc.property(object, object, object, (last, desired, live) => {
      const patch = threeWayPatch(last, desired, live);
      const result = patch === undefined ? live : (applyMergePatch(live, patch) as JsonObject);
      assert.ok(contains(result, desired));
      assert.equal(threeWayPatch(desired, desired, result), undefined);
    }),
  );
});
