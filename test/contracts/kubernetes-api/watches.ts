import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { configMap, harness, type StartTarget } from './harness.ts';
import type { Doc, WatchStream } from './raw-client.ts';

const merge = 'application/merge-patch+json';
const summary = ({ type, object }: Doc): string => `${type} ${object.metadata.name}`;

/** Watches: nothing lost, nothing twice, in order. */
export function watchesContract(start: StartTarget): void {
  suite('watches', () => {
    const api = harness(start);
    const watch = (query: Record<string, string>): Promise<WatchStream> =>
      api.client.watch(
        `${api.core}/configmaps?${new URLSearchParams({ watch: 'true', timeoutSeconds: '60', ...query }).toString()}`,
      );
    const make = (name: string, labels = {}): Promise<Doc> =>
      api.ok(
        'POST',
        `${api.core}/configmaps`,
        configMap(name, {}, { labels: { suite: 'watches', ...labels } }),
      );
    const patch = (name: string, body: object): Promise<Doc> =>
      api.ok('PATCH', `${api.core}/configmaps/${name}`, body, merge);
    const version = async (): Promise<string> =>
      (await api.ok('GET', `${api.core}/configmaps`)).metadata.resourceVersion;

    test('from a resourceVersion: every later change, in order', async () => {
      const resourceVersion = await version();
      await make('w1');
      // A cluster puts objects of its own into a new namespace.
      await using stream = await watch({ resourceVersion, labelSelector: 'suite=watches' });
      await patch('w1', { data: { a: '1' } });
      await api.ok('DELETE', `${api.core}/configmaps/w1`);
      const events = [await stream.next(), await stream.next(), await stream.next()];
      assert.deepEqual(events.map(summary), ['ADDED w1', 'MODIFIED w1', 'DELETED w1']);
      assert.deepEqual(events[1].object.data, { a: '1' });
      assert.equal(events[0].object.kind, 'ConfigMap');
      const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
      assert.deepEqual(
        versions,
        [...versions].sort((a, b) => a - b),
      );
      assert.equal(new Set(versions).size, 3);
    });

    test('without a resourceVersion: the state first', async () => {
      await make('w2', { set: 'state' });
      await using stream = await watch({ labelSelector: 'set=state' });
      assert.equal(summary(await stream.next()), 'ADDED w2');
      await make('w3', { set: 'state' });
      assert.equal(summary(await stream.next()), 'ADDED w3');
    });

    test('a selector: objects come and go as their labels change', async () => {
      const resourceVersion = await version();
      await using stream = await watch({ resourceVersion, labelSelector: 'in=yes' });
      await make('w4');
      await patch('w4', { metadata: { labels: { in: 'yes' } } });
      await patch('w4', { data: { a: '1' } });
      const out = await patch('w4', { metadata: { labels: { in: 'no' } } });
      await patch('w4', { metadata: { labels: { in: 'yes' } } });
      await api.ok('DELETE', `${api.core}/configmaps/w4`);
      const events: Doc[] = [];
      for (let count = 0; count < 5; count += 1) events.push(await stream.next());
      assert.deepEqual(events.map(summary), [
        'ADDED w4',
        'MODIFIED w4',
        'DELETED w4',
        'ADDED w4',
        'DELETED w4',
      ]);
      assert.equal(events[2].object.metadata.resourceVersion, out.metadata.resourceVersion);
      assert.equal(events[2].object.metadata.labels.in, 'yes');
    });

    test('one object by its name', async () => {
      const resourceVersion = await version();
      await using stream = await watch({ resourceVersion, fieldSelector: 'metadata.name=w6' });
      await make('w5');
      await make('w6');
      assert.equal(summary(await stream.next()), 'ADDED w6');
    });

    test('timeoutSeconds ends the stream', async () => {
      await using stream = await watch({ resourceVersion: await version(), timeoutSeconds: '1' });
      await stream.ended;
    });

    test('a bad resourceVersion is refused', async () => {
      const { code, body } = await api.call('GET', `${api.core}/configmaps?watch=true&resourceVersion=abc`);
      // Upstream says 500 here, which blames the wrong side.
      assert.ok(code === 400 || code === 500, `${code}`);
      assert.equal(body.kind, 'Status');
    });

    test('watches of other kinds and namespaces stay silent', async () => {
      const resourceVersion = await version();
      await using stream = await watch({ resourceVersion });
      await api.ok('POST', `${api.core}/secrets`, { metadata: { name: 'other-kind' } });
      await api.ok('POST', '/api/v1/namespaces/default/configmaps', configMap(`elsewhere-${api.namespace}`));
      await api.ok('DELETE', `/api/v1/namespaces/default/configmaps/elsewhere-${api.namespace}`);
      await make('w7');
      assert.equal(summary(await stream.next()), 'ADDED w7');
    });

    test('a streaming list: the state, then a bookmark that says so', async () => {
      await make('w8', { set: 'streamed' });
      const query = {
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
        labelSelector: 'set=streamed',
      };
      // An API server on an etcd without progress notifications never gets to the bookmark.
      await using probe = await watch({ ...query, timeoutSeconds: '3' });
      const supported = await Promise.race([probe.until('BOOKMARK'), probe.ended]).catch(() => undefined);
      if (supported === undefined) return;
      await using stream = await watch(query);
      const events = await stream.until('BOOKMARK');
      assert.deepEqual(events.slice(0, -1).map(summary), ['ADDED w8']);
      assert.equal(events.at(-1).object.metadata.annotations['k8s.io/initial-events-end'], 'true');
    });
  });
}
