import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { publishBundle, removeBundle } from './bundle-publish.ts';
import { leaseCurrent, listBundles, releaseBundle } from './bundles.ts';
import { CollectionGuard } from './collection-guard.ts';
import { collectGarbage, recoverGarbage } from './garbage.ts';
import { openImageStore } from './image-store.ts';
import { layerPath, layersPath, versionPath } from './paths.ts';

const diffId = (digit: string): string => `sha256:${digit.repeat(64)}`;
const bundle = { namespace: 'default', name: 'hello' };
const hour = 3_600_000;

interface Store extends AsyncDisposable {
  root: string;
  guard: CollectionGuard;
  publish(layer: string): Promise<string>;
  collect(nowMs: number): ReturnType<typeof collectGarbage>;
}

async function openStore(): Promise<Store> {
  const root = await mkdtemp(join(tmpdir(), 'kontain-garbage-'));
  await openImageStore(root);
  const guard = new CollectionGuard();
  return {
    root,
    guard,
    publish: async (digit) => {
      await mkdir(join(layerPath(root, diffId(digit)), 'fs'), { recursive: true });
      const spec = { digest: diffId('f'), layers: [diffId(digit)] };
      return publishBundle(root, bundle, { spec, imageConfig: {} }, Date.now());
    },
    collect: (nowMs) => collectGarbage(root, guard, { nowMs, graceMs: 60_000, sweepAll: true }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

test('a replaced version goes after the grace period, with the layers that only it has', async () => {
  await using store = await openStore();
  const old = await store.publish('1');
  const current = await store.publish('2');
  await store.collect(Date.now());
  assert.ok(existsSync(versionPath(store.root, bundle, old)), 'not yet');
  assert.deepEqual(await store.collect(Date.now() + hour), { versions: 1, layers: 1, blobs: 0 });
  assert.ok(!existsSync(versionPath(store.root, bundle, old)));
  assert.ok(!existsSync(layerPath(store.root, diffId('1'))));
  assert.ok(existsSync(versionPath(store.root, bundle, current)));
  assert.ok(existsSync(layerPath(store.root, diffId('2'))));
});

test('a lease keeps a version and its layers, however old', async () => {
  await using store = await openStore();
  await store.publish('1');
  const leased = await leaseCurrent(store.root, 'server', bundle);
  assert.ok(leased);
  await removeBundle(store.root, bundle, Date.now());
  await store.collect(Date.now() + hour);
  assert.ok(existsSync(layerPath(store.root, diffId('1'))));
  await releaseBundle(store.root, 'server', leased);
  await store.collect(Date.now() + hour);
  assert.deepEqual(readdirSync(layersPath(store.root)), []);
  assert.deepEqual(await listBundles(store.root), []);
});

test('what a pull holds is not collected, and blobs not at all while one copies', async () => {
  await using store = await openStore();
  await mkdir(layerPath(store.root, diffId('1')), { recursive: true });
  const blob = join(store.root, 'oci-images/blobs/sha256', '2'.repeat(64));
  await writeFile(blob, '');
  const pull = store.guard.startPull();
  assert.deepEqual((await store.collect(Date.now())).blobs, 0);
  pull.pin([diffId('1'), diffId('2')]);
  await store.collect(Date.now());
  assert.ok(existsSync(blob));
  pull[Symbol.dispose]();
  assert.deepEqual(await store.collect(Date.now()), { versions: 0, layers: 0, blobs: 1 });
});

test('nothing is removed when a version cannot be read', async () => {
  await using store = await openStore();
  const version = await store.publish('1');
  await mkdir(layerPath(store.root, diffId('9')), { recursive: true });
  await writeFile(join(versionPath(store.root, bundle, version), 'spec.json'), '{"layers":');
  await assert.rejects(store.collect(Date.now() + hour));
  assert.ok(existsSync(layerPath(store.root, diffId('9'))));
});

test('a start removes what a crash left half made or half removed, but nothing that is leased', async () => {
  await using store = await openStore();
  const { root } = store;
  const version = await store.publish('1');
  await leaseCurrent(root, 'server', bundle);
  await removeBundle(root, bundle, Date.now());
  const folder = join(root, 'oci-bundles/default/.versions');
  await rename(join(folder, version), join(folder, `.gc-${version}`));
  for (const path of [
    'oci-layers/.tmp-a/fs',
    'oci-layers/.gc-b',
    'oci-images/.staging-c',
    'oci-bundles/default/.tmp-d',
  ]) {
    await mkdir(join(root, path), { recursive: true });
  }
  await recoverGarbage(root);
  assert.deepEqual(readdirSync(folder), [version]);
  assert.deepEqual(readdirSync(layersPath(root)), ['1'.repeat(64)]);
  assert.deepEqual(readdirSync(join(root, 'oci-bundles/default')), ['.versions']);
  assert.deepEqual(readdirSync(join(root, 'oci-images')).toSorted(), [
    'blobs',
    'index.json',
    'oci-layout',
    'refs',
  ]);
});

test('switching, leasing and collecting at once never hands out a version that is gone', async () => {
  await using store = await openStore();
  await store.publish('0');
  const stop = new AbortController();
  const collector = (async () => {
    while (!stop.signal.aborted)
      await collectGarbage(store.root, store.guard, { nowMs: Date.now() + hour, graceMs: 0, sweepAll: true });
  })();
  const server = (async () => {
    while (!stop.signal.aborted) {
      const leased = await leaseCurrent(store.root, 'server', bundle);
      assert.ok(leased, 'there is always a version');
      assert.ok(existsSync(versionPath(store.root, bundle, leased.version)));
      await releaseBundle(store.root, 'server', leased);
    }
  })();
  for (let i = 1; i <= 40; i += 1) {
    const pull = store.guard.startPull();
    pull.pin([diffId((i % 10).toString())]);
    await store.guard.exclusive(() => store.publish((i % 10).toString()));
    pull[Symbol.dispose]();
  }
  stop.abort();
  await Promise.all([collector, server]);
});
