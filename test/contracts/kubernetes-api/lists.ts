import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { configMap, harness, type StartTarget } from './harness.ts';
import type { Doc } from './raw-client.ts';

const names = (list: Doc): string[] => list.items.map((item: Doc) => item.metadata.name);

/** Lists: selectors, pages, consistency. */
export function listsContract(start: StartTarget): void {
  suite('lists', () => {
    const api = harness(start);
    const base = { labelSelector: 'suite=lists' };
    const list = (query: Record<string, string> = {}): Promise<Doc> =>
      api.ok('GET', `${api.core}/configmaps?${new URLSearchParams({ ...base, ...query }).toString()}`);
    const selected = async (labelSelector: string): Promise<string[]> =>
      names(await list({ labelSelector: `suite=lists,${labelSelector}` }));

    before(async () => {
      for (const [name, labels] of Object.entries({
        a: { tier: 'front', size: '5' },
        b: { tier: 'back', size: '10' },
        c: { tier: 'back' },
        d: {},
      })) {
        await api.ok(
          'POST',
          `${api.core}/configmaps`,
          configMap(name, {}, { labels: { suite: 'lists', ...labels } }),
        );
      }
    });

    test('a list has a kind, a resourceVersion and items in order', async () => {
      const all = await list();
      assert.equal(all.kind, 'ConfigMapList');
      assert.equal(all.apiVersion, 'v1');
      assert.match(all.metadata.resourceVersion, /^\d+$/);
      assert.deepEqual(names(all), ['a', 'b', 'c', 'd']);
      assert.equal(all.items[0].kind, undefined);
    });

    test('label selectors', async () => {
      assert.deepEqual(await selected('tier=back'), ['b', 'c']);
      assert.deepEqual(await selected('tier==back,size'), ['b']);
      assert.deepEqual(await selected('tier!=back'), ['a', 'd']);
      assert.deepEqual(await selected('tier in (front,back)'), ['a', 'b', 'c']);
      assert.deepEqual(await selected('tier notin (front)'), ['b', 'c', 'd']);
      assert.deepEqual(await selected('!tier'), ['d']);
      assert.deepEqual(await selected('size>5'), ['b']);
      assert.deepEqual(await selected('size<10'), ['a']);
    });

    test('field selectors', async () => {
      assert.deepEqual(names(await list({ fieldSelector: 'metadata.name=b' })), ['b']);
      assert.deepEqual(names(await list({ fieldSelector: 'metadata.name!=b' })), ['a', 'c', 'd']);
      assert.deepEqual(
        names(await list({ fieldSelector: `metadata.namespace=${api.namespace},metadata.name=c` })),
        ['c'],
      );
    });

    test('bad selectors are refused', async () => {
      for (const query of [
        'labelSelector=a%20b%20c',
        'labelSelector=a=-b-',
        'labelSelector=a%20in%20b',
        'fieldSelector=spec.x=1',
        'fieldSelector=metadata.name',
        'limit=x',
      ]) {
        await api.refused({ code: 400, reason: 'BadRequest' }, 'GET', `${api.core}/configmaps?${query}`);
      }
    });

    test('pages show one state, whatever happens in between', async () => {
      const first = await api.ok('GET', `${api.core}/configmaps?limit=2&labelSelector=suite`);
      assert.equal(first.items.length, 2);
      assert.ok(first.metadata.continue);
      await api.ok('POST', `${api.core}/configmaps`, configMap('bb', {}, { labels: { suite: 'lists' } }));
      await api.ok('DELETE', `${api.core}/configmaps/c`);
      await api.ok(
        'PATCH',
        `${api.core}/configmaps/d`,
        { data: { changed: 'yes' } },
        'application/merge-patch+json',
      );
      const next = new URLSearchParams({
        limit: '2',
        labelSelector: 'suite',
        continue: first.metadata.continue,
      });
      const second = await api.ok('GET', `${api.core}/configmaps?${next.toString()}`);
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
      assert.deepEqual(names(second), ['c', 'd'], 'as they were when the first page was read');
      assert.equal(second.items[1].data, undefined);
      await api.ok('DELETE', `${api.core}/configmaps/bb`);
      await api.ok(
        'POST',
        `${api.core}/configmaps`,
        configMap('c', {}, { labels: { suite: 'lists', tier: 'back' } }),
      );
    });

    test('remainingItemCount is told when there is no selector', async () => {
      const all = await api.ok('GET', `${api.core}/configmaps`);
      const page = await api.ok('GET', `${api.core}/configmaps?limit=1`);
      assert.equal(page.metadata.remainingItemCount, all.items.length - 1);
    });

    test('a bad continue token is refused', async () => {
      await api.refused(
        { code: 400, reason: 'BadRequest' },
        'GET',
        `${api.core}/configmaps?limit=1&continue=rubbish`,
      );
    });

    test('a list at an exact resourceVersion', async () => {
      const before = await list();
      const late = await api.ok(
        'POST',
        `${api.core}/configmaps`,
        configMap('late', {}, { labels: { suite: 'lists' } }),
      );
      const { resourceVersion } = before.metadata;
      const then = await list({ resourceVersion, resourceVersionMatch: 'Exact' });
      assert.deepEqual(names(then), names(before));
      const now = await list({
        resourceVersion: late.metadata.resourceVersion,
        resourceVersionMatch: 'NotOlderThan',
      });
      assert.ok(names(now).includes('late'));
      await api.refused(
        { code: 422, reason: 'Invalid' },
        'GET',
        `${api.core}/configmaps?resourceVersionMatch=Exact`,
      );
      await api.ok('DELETE', `${api.core}/configmaps/late`);
    });

    test('a list across namespaces', async () => {
      const all = await api.ok('GET', `/api/v1/configmaps?${new URLSearchParams(base).toString()}`);
      assert.ok(
        all.items.some(({ metadata }: Doc) => metadata.namespace === api.namespace && metadata.name === 'a'),
      );
      const none = await api.ok('GET', '/api/v1/namespaces/no-such-namespace/configmaps');
      assert.deepEqual(none.items, []);
    });
  });
}
