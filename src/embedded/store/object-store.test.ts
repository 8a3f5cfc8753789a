import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import fc from 'fast-check';
import { ObjectStore } from './object-store.ts';
import type { KubeObject } from './stored-object.ts';

const resource = '/things';

function thing(name: string, value: number, owner?: string): KubeObject {
  const ownerReferences =
    owner === undefined ? [] : [{ apiVersion: 'v1', kind: 'Thing', name: owner, uid: owner }];
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, uid: name, ownerReferences }, value };
}

suite('object store', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontain-store-'));
    file = join(folder, 'state.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('revisions only grow, also over a restart and after the history is forgotten', () => {
    const limits = { maxChanges: 10, maxBytes: 1 << 20 };
    const revisions: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      using store = new ObjectStore({ file, history: limits });
      for (let count = 0; count < 15; count += 1)
        revisions.push(store.put({ resource, path: 'a' }, thing('a', count)).revision);
      assert.ok(store.compactedRevision > 0);
      assert.equal(store.revision, revisions.at(-1));
    }
    assert.deepEqual(
      revisions,
      [...new Set(revisions)].sort((a, b) => a - b),
    );
  });

  test('a second server on the same file is refused', () => {
    using first = new ObjectStore({ file });
    assert.equal(first.revision, 0);
    assert.throws(() => new ObjectStore({ file }), { code: 'conflict' });
  });

  test('history is bounded by bytes too', () => {
    using store = new ObjectStore({ file, history: { maxChanges: 1000, maxBytes: 10_000 } });
    for (let count = 0; count < 100; count += 1) {
      store.put({ resource, path: 'big' }, { ...thing('big', count), padding: 'x'.repeat(1000) });
    }
    assert.ok(store.compactedRevision > 80, `${store.compactedRevision}`);
    assert.equal(store.changesAfter(store.revision - 1, resource, 10).length, 1);
  });

  test('owners are found, missing ones too', () => {
    using store = new ObjectStore({ file });
    store.put({ resource, path: 'parent' }, thing('parent', 1));
    store.put({ resource, path: 'child' }, thing('child', 1, 'parent'));
    assert.deepEqual(store.dependentsOf('parent'), [{ resource, path: 'child' }]);
    assert.deepEqual(store.orphanedDependents(), []);
    store.remove({ resource, path: 'parent' }, thing('parent', 1));
    assert.deepEqual(store.orphanedDependents(), [{ resource, path: 'child' }]);
    store.put({ resource, path: 'child' }, thing('child', 2));
    assert.deepEqual(store.orphanedDependents(), []);
  });

  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'ns/x', 'ns/y'),
    value: fc.option(fc.nat(9), { nil: undefined }),
  });

  test('a list at any remembered revision is the state that was; changes lead from each to the next', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        rmSync(file, { force: true });
        rmSync(`${file}-wal`, { force: true });
        using store = new ObjectStore({ file });
        const model = new Map<string, number>();
        const states = [new Map(model)];
        for (const { name, value } of steps) {
          if (value !== undefined) {
            model.set(name, value);
            store.put({ resource, path: name }, thing(name, value));
          } else if (model.delete(name)) store.remove({ resource, path: name }, thing(name, 0));
          else continue;
          states.push(new Map(model));
        }
        for (const [revision, state] of states.entries()) {
          const listed = store
            .list({ resource, revision })
            .map(({ path, body }) => [path, (JSON.parse(body) as { value: number }).value]);
          assert.deepEqual(
            listed,
            [...state].sort(([a], [b]) => (a < b ? -1 : 1)),
          );
          assert.equal(store.count({ resource, revision }), state.size);
        }
        const replayed = new Map<string, unknown>();
        for (const { type, key, object } of store.changesAfter(0, resource, 1000)) {
          if (type === 'DELETED') replayed.delete(key.path);
          else replayed.set(key.path, (JSON.parse(object) as { value: number }).value);
        }
        assert.deepEqual(Object.fromEntries(replayed), Object.fromEntries(model));
      }),
      { numRuns: 40 },
    );
  });
});
