import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { apply } from '../../src/kube/apply.ts';
import {
  configMaps,
  coreEvents,
  leases,
  namespaces,
  type ConfigMap,
} from '../../src/kube/builtin-resources.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { EventRecorder } from '../../src/kube/events.ts';
import type { KubeConnection } from '../../src/kube/connection.ts';
import { addFinalizer, isBeingDeleted, removeFinalizer } from '../../src/kube/finalizers.ts';
import { Informer } from '../../src/kube/informer.ts';
import { isAlreadyExists, isConflict, isExpired, isNotFound, KubeError } from '../../src/kube/kube-error.ts';
import { loadKubeconfig } from '../../src/kube/kubeconfig.ts';
import { NetworkError } from '../../src/kube/network-error.ts';
import { runAsLeader } from '../../src/kube/leader-election.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { eventually } from '../helpers/eventually.ts';
import type { StartTarget } from './kubernetes-api/harness.ts';

/** What src/kube needs from an API server; run against the embedded one and against the real one. */
export function kubeClientContract(name: string, start: StartTarget): void {
  suite(`Kubernetes client: ${name}`, () => {
    const namespace = `client-${randomBytes(4).toString('hex')}`;
    const resources = new AsyncDisposableStack();
    let client: KubeClient;
    let connection: KubeConnection;
    const connect = (to: KubeConnection) =>
      createKubeClient({
        connection: to,
        clock: systemClock,
        random: Math.random,
        userAgent: 'contract/1',
        retries: 0,
      });
    const ref = (objectName: string) => ({ namespace, name: objectName });
    const make = (objectName: string, data: Record<string, string> = {}): ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...ref(objectName), labels: { kind: 'test' } },
      data,
    });

    before(async () => {
      const { kubeconfig } = resources.use(await start());
      connection = await loadKubeconfig(kubeconfig);
      client = resources.use(connect(connection));
      await client.create(namespaces, { metadata: { name: namespace } });
    });
    after(async () => {
      await client.delete(namespaces, { name: namespace });
      await resources.disposeAsync();
    });

    test('create, get, replace, patch and delete with preconditions', async () => {
      const created = await client.create(configMaps, make('verbs', { a: '1' }));
      const { uid = '', resourceVersion = '' } = created.metadata;
      await assert.rejects(client.create(configMaps, make('verbs')), isAlreadyExists);
      const replaced = await client.replace(configMaps, { ...created, data: { a: '2' } });
      assert.deepEqual((await client.get(configMaps, ref('verbs'))).data, { a: '2' });
      await assert.rejects(client.replace(configMaps, created), isConflict);
      const patch = { data: { a: null, b: '3' } };
      const stale = { preconditions: { resourceVersion } };
      await assert.rejects(client.mergePatch(configMaps, ref('verbs'), patch, stale), isConflict);
      const other = { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } };
      await assert.rejects(client.mergePatch(configMaps, ref('verbs'), patch, other), isConflict);
      await assert.rejects(client.delete(configMaps, ref('verbs'), other), isConflict);
      const latest = { preconditions: { uid, resourceVersion: replaced.metadata.resourceVersion ?? '' } };
      const patched = await client.mergePatch(configMaps, ref('verbs'), patch, latest);
      assert.deepEqual(patched.data, { b: '3' });
      await client.delete(configMaps, ref('verbs'), { preconditions: { uid } });
      await assert.rejects(client.get(configMaps, ref('verbs')), isNotFound);
    });

    test('refuses strangers and wrong tokens, and is not trusted without its CA', async () => {
      const { server, namespace: own, tls } = connection;
      const { cert: _, key: __, ...anonymous } = tls;
      const stranger = { server, namespace: own, tls: anonymous, credential: { kind: 'none' } as const };
      await using unknown = connect(stranger);
      const refused = (error: unknown) =>
        error instanceof KubeError && (error.code === 'forbidden' || error.code === 'unauthorized');
      await assert.rejects(unknown.list(configMaps, { namespace }), refused);
      await using wrong = connect({ ...stranger, credential: { kind: 'token', token: 'wrong' } });
      await assert.rejects(wrong.list(configMaps, { namespace }), { code: 'unauthorized' });
      await using untrusting = connect({ ...connection, tls: { insecure: false } });
      await assert.rejects(untrusting.list(configMaps, { namespace }), NetworkError);
    });

    test('a dry run is answered and leaves nothing', async () => {
      const created = await client.create(configMaps, make('dry'), { dryRun: true });
      assert.equal(created.metadata.name, 'dry');
      await assert.rejects(client.get(configMaps, ref('dry')), isNotFound);
    });

    test('lists in pages and by selector, deletes by selector', async () => {
      for (let n = 0; n < 7; n += 1) {
        const object = make(`page-${n}`);
        const labels = { page: n % 2 === 0 ? 'even' : 'odd' };
        await client.create(configMaps, { ...object, metadata: { ...object.metadata, labels } });
      }
      const all = await client.list(configMaps, { namespace, labelSelector: 'page', pageSize: 2 });
      assert.equal(all.items.length, 7);
      assert.ok(all.items.every(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1'));
      await client.deleteCollection(configMaps, { namespace, labelSelector: 'page=odd' });
      const rest = await client.list(configMaps, { namespace, labelSelector: 'page in (odd,even)' });
      assert.equal(rest.items.length, 4);
      const one = await client.list(configMaps, { namespace, fieldSelector: 'metadata.name=page-2' });
      assert.equal(one.items.length, 1);
    });

    test('a continue token that makes no sense is refused', async () => {
      const path = `/api/v1/namespaces/${namespace}/configmaps?limit=1&continue=nonsense`;
      await assert.rejects(
        client.getPath(path),
        (error) => isExpired(error) || /continue/.test(String(error)),
      );
    });

    test('a watch goes on from a version and ends when it should', async () => {
      const { metadata } = await client.list(configMaps, { namespace });
      await client.create(configMaps, make('watched'));
      await client.delete(configMaps, ref('watched'));
      const seen: string[] = [];
      const options = { namespace, resourceVersion: metadata.resourceVersion ?? '', timeoutSeconds: 2 };
      for await (const { type, object } of client.watch(configMaps, options))
        if (type !== 'BOOKMARK') seen.push(`${type} ${object.metadata.name}`);
      assert.deepEqual(seen, ['ADDED watched', 'DELETED watched']);
    });

    test('an informer follows what happens, and reconnects without losing anything', async () => {
      await using informer = new Informer<ConfigMap>({
        client,
        resource: configMaps,
        namespace,
        labelSelector: 'informer=yes',
        clock: systemClock,
        random: Math.random,
        log: silentLogger,
        timings: { watchSeconds: 1, backoffBaseMs: 10 },
      });
      const seen: string[] = [];
      informer.subscribe(({ type, object }) => seen.push(`${type} ${object.metadata.name}`));
      informer.start();
      await informer.synced;
      for (let n = 0; n < 30; n += 1) {
        const object = make(`informed-${n}`);
        await client.create(configMaps, {
          ...object,
          metadata: { ...object.metadata, labels: { informer: 'yes' } },
        });
        await systemClock.sleep(100);
      }
      await client.mergePatch(configMaps, ref('informed-0'), { data: { x: 'y' } });
      // Out of the selection is a delete for whoever selects.
      await client.mergePatch(configMaps, ref('informed-1'), { metadata: { labels: { informer: null } } });
      await client.delete(configMaps, ref('informed-2'));
      await eventually('the last change', () => seen.includes('deleted informed-2'));
      assert.equal(seen.filter((line) => line.startsWith('added')).length, 30);
      assert.ok(seen.includes('modified informed-0') && seen.includes('deleted informed-1'));
      assert.equal(informer.list().length, 28);
    });

    test('a finalizer keeps an object until it is removed', async () => {
      const created = await client.create(configMaps, make('kept'));
      const kept = await addFinalizer(client, configMaps, created, 'kontain.app/test');
      await assert.rejects(addFinalizer(client, configMaps, created, 'kontain.app/other'), isConflict);
      await client.delete(configMaps, ref('kept'));
      const dying = await client.get(configMaps, ref('kept'));
      assert.ok(isBeingDeleted(dying) && !isBeingDeleted(kept));
      await removeFinalizer(client, configMaps, dying, 'kontain.app/test');
      await assert.rejects(client.get(configMaps, ref('kept')), isNotFound);
    });

    test('apply creates, does nothing, patches what is ours and leaves the rest', async () => {
      assert.equal((await apply(client, configMaps, make('applied', { a: '1', b: '2' }))).result, 'created');
      assert.equal(
        (await apply(client, configMaps, make('applied', { a: '1', b: '2' }))).result,
        'unchanged',
      );
      await client.mergePatch(configMaps, ref('applied'), { data: { other: 'x', a: 'changed' } });
      const { result, object } = await apply(client, configMaps, make('applied', { a: '1' }));
      assert.equal(result, 'patched');
      assert.deepEqual(object.data, { a: '1', other: 'x' });
      assert.equal((await apply(client, configMaps, make('applied', { a: '1' }))).result, 'unchanged');
    });

    test('one leads at a time, and the next one at once after a release', async () => {
      let leading = 0;
      let terms = 0;
      const candidate = (identity: string, signal: AbortSignal) =>
        runAsLeader(
          {
            client,
            lease: { namespace, name: 'leader' },
            identity,
            clock: systemClock,
            random: Math.random,
            log: silentLogger,
            retryMs: 100,
          },
          signal,
          async (lost) => {
            leading += 1;
            terms += 1;
            assert.equal(leading, 1);
            await new Promise((resolve) => lost.addEventListener('abort', resolve));
            leading -= 1;
          },
        );
      const stops = [new AbortController(), new AbortController()] as const;
      const first = candidate('a', stops[0].signal);
      await eventually('the first leader', () => leading === 1);
      const second = candidate('b', stops[1].signal);
      await systemClock.sleep(500);
      assert.equal(terms, 1);
      stops[0].abort();
      await first;
      await eventually('the second leader', () => terms === 2);
      assert.equal((await client.get(leases, ref('leader'))).spec?.holderIdentity, 'b');
      stops[1].abort();
      await second;
    });

    test('events are taken, and repeats are counted', async () => {
      const object = await client.create(configMaps, make('subject'));
      const recorder = new EventRecorder({
        client,
        component: 'contract',
        clock: systemClock,
        log: silentLogger,
        minIntervalMs: 0,
      });
      const event = { type: 'Warning', reason: 'Tested', message: 'It was tested.' } as const;
      for (let n = 0; n < 3; n += 1) recorder.record(object, event);
      await recorder.flush();
      const { items } = await client.list(coreEvents, { namespace });
      const ours = items.filter(({ reason }) => reason === 'Tested');
      assert.deepEqual(
        ours.map(({ count, involvedObject }) => [count, involvedObject.name, involvedObject.uid]),
        [[3, 'subject', object.metadata.uid]],
      );
    });
  });
}
