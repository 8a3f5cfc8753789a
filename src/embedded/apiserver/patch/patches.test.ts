import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { applyJsonPatch, PatchError } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';
import { isRecord, type StructuralSchema } from '../schema/structural-schema.ts';

const json = fc.jsonValue({ maxDepth: 3 });

function hasNull(value: unknown): boolean {
  if (Array.isArray(value)) return false;
  return value === null || (isRecord(value) && Object.values(value).some(hasNull));
}

suite('merge patch', () => {
  test('the examples of RFC 7396', () => {
    assert.deepEqual(applyMergePatch({ a: 'b' }, { a: 'c' }), { a: 'c' });
    assert.deepEqual(applyMergePatch({ a: 'b', b: 'c' }, { a: null }), { b: 'c' });
    assert.deepEqual(applyMergePatch({ a: [{ b: 'c' }] }, { a: [1] }), { a: [1] });
    assert.deepEqual(applyMergePatch(['a'], ['c']), ['c']);
    assert.deepEqual(applyMergePatch({ e: null }, { a: 1 }), { e: null, a: 1 });
    assert.deepEqual(applyMergePatch({}, { a: { bb: { ccc: null } } }), { a: { bb: {} } });
  });

  test('applied twice is applied once, and changes neither argument', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const [before, wanted] = [structuredClone(target), structuredClone(patch)];
        const once = applyMergePatch(target, patch);
        assert.deepEqual(applyMergePatch(once, patch), once);
        assert.deepEqual([target, patch], [before, wanted]);
        if (!hasNull(patch)) assert.deepEqual(applyMergePatch({}, patch), applyMergePatch(null, patch));
      }),
    );
  });

  test('__proto__ is a name like any other', () => {
    const patched = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    assert.equal(JSON.stringify(patched), '{"__proto__":{"polluted":true}}');
  });
});

suite('JSON patch', () => {
  const segment = fc.constantFrom('a', 'b', '0', '1', '-', '~0', '~1');
  const path = fc.array(segment, { maxLength: 3 }).map((parts) => parts.map((part) => `/${part}`).join(''));
  const operation = fc.record({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'odd'),
    path,
    from: path,
    value: json,
  });

  test('fits or is refused, and never changes the document', () => {
    fc.assert(
      fc.property(json, fc.array(operation, { maxLength: 4 }), (document, operations) => {
        const before = structuredClone(document);
        try {
          applyJsonPatch(document, operations);
        } catch (error) {
          assert.ok(error instanceof PatchError, String(error));
        }
        assert.deepEqual(document, before);
      }),
    );
  });

  test('replacing the root, and values that are copied, not shared', () => {
    assert.deepEqual(applyJsonPatch({ a: 1 }, [{ op: 'replace', path: '', value: [1] }]), [1]);
    const operations = [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/b/x', value: 1 },
    ];
    assert.deepEqual(applyJsonPatch({ a: {} }, operations), { a: {}, b: { x: 1 } });
    assert.throws(() => applyJsonPatch({ a: {} }, [{ op: 'move', from: '/a', path: '/a/b' }]), PatchError);
  });
});

suite('strategic merge patch', () => {
  const schema: StructuralSchema = {
    properties: {
      items: {
        items: { properties: { k: { type: 'string' } } },
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'k',
      },
    },
  };

  test('without lists and directives it is a merge patch', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('a', 'b'),
          fc.dictionary(fc.constantFrom('c', 'd'), fc.option(fc.nat())),
        ),
        json,
        (patch, target) => {
          const object = isRecord(target) ? target : {};
          assert.deepEqual(
            applyStrategicMergePatch(object, patch, undefined),
            applyMergePatch(object, patch),
          );
        },
      ),
    );
  });

  test('lists merge by key, in the order of $setElementOrder', () => {
    const target = {
      items: [
        { k: 'a', v: 1 },
        { k: 'b', v: 2 },
      ],
    };
    const patch = {
      '$setElementOrder/items': [{ k: 'c' }, { k: 'b' }, { k: 'a' }],
      items: [
        { k: 'c', v: 3 },
        { k: 'b', v: 4 },
      ],
    };
    assert.deepEqual(applyStrategicMergePatch(target, patch, schema), {
      items: [
        { k: 'c', v: 3 },
        { k: 'b', v: 4 },
        { k: 'a', v: 1 },
      ],
    });
    assert.throws(() => applyStrategicMergePatch(target, { items: [{ v: 1 }] }, schema), PatchError);
  });

  test('every merge key stays unique', () => {
    const item = fc.record({ k: fc.constantFrom('a', 'b', 'c'), v: fc.nat() });
    const items = fc.uniqueArray(item, { selector: ({ k }) => k });
    fc.assert(
      fc.property(items, items, (old, patch) => {
        const merged = applyStrategicMergePatch({ items: old }, { items: patch }, schema) as {
          items: { k: string; v: number }[];
        };
        const keys = merged.items.map(({ k }) => k);
        assert.deepEqual([...keys].sort(), [...new Set([...old, ...patch].map(({ k }) => k))].sort());
        for (const { k, v } of patch) assert.equal(merged.items.find((other) => other.k === k)?.v, v);
      }),
    );
  });
});
