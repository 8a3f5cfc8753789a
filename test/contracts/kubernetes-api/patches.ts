import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { configMap, harness, type StartTarget } from './harness.ts';

const merge = 'application/merge-patch+json';
const jsonPatch = 'application/json-patch+json';
const strategic = 'application/strategic-merge-patch+json';

/** PATCH in its three forms. */
export function patchesContract(start: StartTarget): void {
  suite('patches', () => {
    const api = harness(start);
    const path = (name: string): string => `${api.core}/configmaps/${name}`;
    const make = (name: string, data = {}, meta = {}) =>
      api.ok('POST', `${api.core}/configmaps`, configMap(name, data, meta));

    test('merge patch: null removes, objects merge, the rest replaces', async () => {
      await make('merge', { a: '1', b: '2' }, { labels: { x: 'y' } });
      const patch = { data: { a: null, c: '3' }, metadata: { labels: { z: 'w' } } };
      const patched = await api.ok('PATCH', path('merge'), patch, merge);
      assert.deepEqual(patched.data, { b: '2', c: '3' });
      assert.deepEqual(patched.metadata.labels, { x: 'y', z: 'w' });
    });

    test('a patch with a resourceVersion is a precondition', async () => {
      const first = await make('pre');
      const { resourceVersion } = first.metadata;
      await api.ok('PATCH', path('pre'), { data: { a: '1' } }, merge);
      const body = { metadata: { resourceVersion }, data: { a: '2' } };
      await api.refused({ code: 409, reason: 'Conflict' }, 'PATCH', path('pre'), { body, type: merge });
    });

    test('an empty patch writes nothing', async () => {
      const made = await make('noop', { a: '1' });
      const patched = await api.ok('PATCH', path('noop'), {}, merge);
      assert.equal(patched.metadata.resourceVersion, made.metadata.resourceVersion);
    });

    test('JSON patch: add, replace, remove, move, copy, test', async () => {
      await make('json', { a: '1', b: '2' });
      const operations = [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'add', path: '/data/c~1d', value: '3' },
        { op: 'replace', path: '/data/a', value: '4' },
        { op: 'move', from: '/data/b', path: '/data/e' },
        { op: 'copy', from: '/data/a', path: '/data/f' },
        { op: 'remove', path: '/data/c~1d' },
      ];
      const patched = await api.ok('PATCH', path('json'), operations, jsonPatch);
      assert.deepEqual(patched.data, { a: '4', e: '2', f: '4' });
    });

    test('JSON patch that does not fit changes nothing', async () => {
      await make('unfit', { a: '1' });
      const failing = [
        { op: 'replace', path: '/data/a', value: '2' },
        { op: 'test', path: '/data/a', value: 'x' },
      ];
      await api.refused({ code: 422, reason: 'Invalid' }, 'PATCH', path('unfit'), {
        body: failing,
        type: jsonPatch,
      });
      await api.refused({ code: 422, reason: 'Invalid' }, 'PATCH', path('unfit'), {
        body: [{ op: 'remove', path: '/data/zz' }],
        type: jsonPatch,
      });
      await api.refused({ code: 400, reason: 'BadRequest' }, 'PATCH', path('unfit'), {
        body: { op: 'remove' },
        type: jsonPatch,
      });
      assert.deepEqual((await api.ok('GET', path('unfit'))).data, { a: '1' });
    });

    test('strategic merge patch: maps merge, finalizers are a set, directives work', async () => {
      await make('strategic', { a: '1', b: '2' }, { finalizers: ['example.com/one'] });
      const patch = { data: { a: null, c: '3' }, metadata: { finalizers: ['example.com/two'] } };
      const patched = await api.ok('PATCH', path('strategic'), patch, strategic);
      assert.deepEqual(patched.data, { b: '2', c: '3' });
      assert.deepEqual(patched.metadata.finalizers, ['example.com/two', 'example.com/one']);
      const removal = { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/one'] } };
      assert.deepEqual((await api.ok('PATCH', path('strategic'), removal, strategic)).metadata.finalizers, [
        'example.com/two',
      ]);
      const replaced = await api.ok(
        'PATCH',
        path('strategic'),
        { data: { $patch: 'replace', z: '9' } },
        strategic,
      );
      assert.deepEqual(replaced.data, { z: '9' });
      await api.ok('PATCH', path('strategic'), { metadata: { finalizers: null } }, merge);
    });

    test('strategic merge patch merges ports of a Service by their number', async () => {
      const ports = [
        { name: 'a', port: 80 },
        { name: 'b', port: 81 },
      ];
      await api.ok('POST', `${api.core}/services`, {
        metadata: { name: 'ports' },
        spec: { clusterIP: 'None', ports },
      });
      const patch = {
        spec: {
          ports: [
            { port: 81, name: 'c' },
            { port: 80, $patch: 'delete' },
          ],
        },
      };
      const patched = await api.ok('PATCH', `${api.core}/services/ports`, patch, strategic);
      assert.deepEqual(patched.spec.ports, [{ name: 'c', port: 81, protocol: 'TCP', targetPort: 81 }]);
    });

    test('identity cannot be patched away', async () => {
      await make('identity');
      await api.refused({ code: 400, reason: 'BadRequest' }, 'PATCH', path('identity'), {
        body: { metadata: { name: 'other' } },
        type: merge,
      });
      await api.refused({ code: 422, reason: 'Invalid' }, 'PATCH', path('identity'), {
        body: { metadata: { uid: 'other' } },
        type: merge,
      });
    });

    test('other media types are refused', async () => {
      await make('types');
      await api.refused({ code: 415, reason: 'UnsupportedMediaType' }, 'PATCH', path('types'), { body: {} });
    });

    test('a patch of what is not there', async () => {
      await api.refused({ code: 404, reason: 'NotFound' }, 'PATCH', path('nothing'), {
        body: {},
        type: merge,
      });
    });

    test('dry run of a patch writes nothing', async () => {
      await make('dry', { a: '1' });
      const patched = await api.ok('PATCH', `${path('dry')}?dryRun=All`, { data: { a: '2' } }, merge);
      assert.deepEqual(patched.data, { a: '2' });
      assert.deepEqual((await api.ok('GET', path('dry'))).data, { a: '1' });
    });
  });
}
