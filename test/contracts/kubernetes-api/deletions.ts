import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventually } from '../../helpers/eventually.ts';
import { configMap, harness, type StartTarget } from './harness.ts';
import type { Doc } from './raw-client.ts';

const merge = 'application/merge-patch+json';

/** Deletion: finalizers, preconditions, owners, namespaces. */
export function deletionsContract(start: StartTarget): void {
  suite('deletions', () => {
    const api = harness(start);
    const path = (name: string): string => `${api.core}/configmaps/${name}`;
    const make = (name: string, meta = {}): Promise<Doc> =>
      api.ok('POST', `${api.core}/configmaps`, configMap(name, {}, meta));
    const gone = async (name: string): Promise<boolean> => (await api.call('GET', path(name))).code === 404;
    const owned = ({ metadata }: Doc, more = {}): object => ({
      ownerReferences: [
        { apiVersion: 'v1', kind: 'ConfigMap', name: metadata.name, uid: metadata.uid, ...more },
      ],
    });

    test('a deletion answers with a Status and is final', async () => {
      const made = await make('plain');
      const status = await api.ok('DELETE', path('plain'));
      assert.equal(status.kind, 'Status');
      assert.equal(status.status, 'Success');
      assert.deepEqual(status.details, { name: 'plain', kind: 'configmaps', uid: made.metadata.uid });
      await api.refused({ code: 404, reason: 'NotFound' }, 'DELETE', path('plain'));
    });

    test('finalizers hold an object until the last one is gone', async () => {
      await make('held', { finalizers: ['example.com/hold'] });
      const dying = await api.ok('DELETE', path('held'));
      assert.equal(dying.kind, 'ConfigMap');
      assert.match(dying.metadata.deletionTimestamp, /Z$/);
      assert.equal(dying.metadata.deletionGracePeriodSeconds, 0);
      const again = await api.ok('DELETE', path('held'));
      assert.equal(again.metadata.deletionTimestamp, dying.metadata.deletionTimestamp);
      await api.refused(
        {
          code: 422,
          reason: 'Invalid',
          message:
            /metadata\.finalizers: Forbidden: no new finalizers can be added if the object is being deleted/,
        },
        'PATCH',
        path('held'),
        { body: { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } }, type: merge },
      );
      const last = await api.ok('PATCH', path('held'), { metadata: { finalizers: null } }, merge);
      assert.equal(last.metadata.name, 'held');
      assert.ok(await gone('held'));
    });

    test('preconditions', async () => {
      const made = await make('guarded');
      await api.refused({ code: 409, reason: 'Conflict' }, 'DELETE', path('guarded'), {
        body: { preconditions: { uid: 'other' } },
      });
      await api.refused({ code: 409, reason: 'Conflict' }, 'DELETE', path('guarded'), {
        body: { preconditions: { resourceVersion: '1' } },
      });
      const { uid, resourceVersion } = made.metadata;
      await api.ok('DELETE', path('guarded'), { preconditions: { uid, resourceVersion } });
    });

    test('bad options are refused', async () => {
      await make('options');
      await api.refused({ code: 422, reason: 'Invalid' }, 'DELETE', path('options'), {
        body: { propagationPolicy: 'Sideways' },
      });
      await api.refused({ code: 422, reason: 'Invalid' }, 'DELETE', path('options'), {
        body: { propagationPolicy: 'Orphan', orphanDependents: true },
      });
    });

    test('a deleted collection', async () => {
      await make('coll-1', { labels: { coll: 'yes' } });
      await make('coll-2', { labels: { coll: 'yes' } });
      await make('coll-3', { labels: { coll: 'no' } });
      const list = await api.ok('DELETE', `${api.core}/configmaps?labelSelector=coll%3Dyes`);
      assert.equal(list.kind, 'ConfigMapList');
      assert.equal(list.items.length, 2);
      assert.ok(await gone('coll-1'));
      assert.ok(!(await gone('coll-3')));
    });

    test('background: dependents go after their last owner', async () => {
      const [one, two] = [await make('owner-1'), await make('owner-2')];
      await make('child', owned(one));
      await make('shared', { ownerReferences: [one, two].map((owner) => Object.values(owned(owner))[0][0]) });
      await api.ok('DELETE', path('owner-1'));
      await eventually('the child is gone', () => gone('child'));
      await eventually(
        'the dead owner is forgotten',
        async () => (await api.ok('GET', path('shared'))).metadata.ownerReferences.length === 1,
      );
      await api.ok('DELETE', path('owner-2'));
      await eventually('the shared child is gone', () => gone('shared'));
    });

    test('an owner that never was: the dependent goes', async () => {
      await make(
        'waif',
        owned({ metadata: { name: 'nobody', uid: '6f3c6a5e-3f43-4a53-9c50-94b1a8a5a001' } }),
      );
      await eventually('the waif is gone', () => gone('waif'));
    });

    test('orphan: dependents stay and forget their owner', async () => {
      const owner = await make('parent');
      await make('orphan', owned(owner));
      await api.ok('DELETE', path('parent'), { propagationPolicy: 'Orphan' });
      await eventually('the parent is gone', () => gone('parent'));
      const orphan = await api.ok('GET', path('orphan'));
      assert.equal(orphan.metadata.ownerReferences, undefined);
    });

    test('foreground: the owner waits for dependents that block it', async () => {
      const owner = await make('front');
      await make('blocker', {
        ...owned(owner, { blockOwnerDeletion: true }),
        finalizers: ['example.com/hold'],
      });
      const dying = await api.ok('DELETE', path('front'), { propagationPolicy: 'Foreground' });
      assert.deepEqual(dying.metadata.finalizers, ['foregroundDeletion']);
      await eventually(
        'the dependent is being deleted',
        async () => (await api.ok('GET', path('blocker'))).metadata.deletionTimestamp !== undefined,
      );
      assert.ok(!(await gone('front')));
      await api.ok('PATCH', path('blocker'), { metadata: { finalizers: null } }, merge);
      await eventually('the owner is gone', () => gone('front'));
    });

    test('a namespace: nothing new while it goes, and everything goes with it', async () => {
      const name = `${api.namespace}-going`;
      const inside = `/api/v1/namespaces/${name}/configmaps`;
      const made = await api.ok('POST', '/api/v1/namespaces', { metadata: { name } });
      assert.equal(made.metadata.labels['kubernetes.io/metadata.name'], name);
      await api.ok('POST', inside, configMap('held', {}, { finalizers: ['example.com/hold'] }));
      await api.ok('POST', inside, configMap('free'));
      const going = await api.ok('DELETE', `/api/v1/namespaces/${name}`);
      assert.equal(going.status.phase, 'Terminating');
      const status = await api.refused(
        {
          code: 403,
          reason: 'Forbidden',
          message: /unable to create new content in namespace .* because it is being terminated/,
        },
        'POST',
        inside,
        { body: configMap('late') },
      );
      assert.equal(status.details.causes[0].reason, 'NamespaceTerminating');
      await eventually(
        'its free content is gone',
        async () => (await api.call('GET', `${inside}/free`)).code === 404,
      );
      assert.equal((await api.call('GET', `/api/v1/namespaces/${name}`)).code, 200);
      await api.ok('PATCH', `${inside}/held`, { metadata: { finalizers: null } }, merge);
      await eventually(
        'the namespace is gone',
        async () => (await api.call('GET', `/api/v1/namespaces/${name}`)).code === 404,
      );
      await api.refused(
        { code: 404, reason: 'NotFound', message: `namespaces "${name}" not found` },
        'POST',
        inside,
        { body: configMap('later') },
      );
    });
  });
}
