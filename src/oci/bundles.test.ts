import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { closeLeases, isLeased, openLeases, readLeases, renewLeases, sweepLeases } from './bundle-leases.ts';
import { publishBundle, removeBundle } from './bundle-publish.ts';
import { watchBundles } from './bundle-watch.ts';
import { currentVersion, leaseCurrent, listBundles, readCurrent, releaseBundle } from './bundles.ts';
import { inUsePath, versionPath, type BundleName } from './paths.ts';

async function withRoot(): Promise<AsyncDisposable & { root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'kontain-bundles-'));
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

const bundle: BundleName = { namespace: 'default', name: 'hello' };
const content = (generation: number): { spec: object; imageConfig: object } => ({
  spec: { generation },
  imageConfig: { architecture: 'amd64' },
});

const publish = (root: string, name: BundleName, generation: number): Promise<string> =>
  publishBundle(root, name, content(generation), Date.now());

test('a published bundle is read back; the same content is the same version', async () => {
  await using home = await withRoot();
  const { root } = home;
  assert.equal(await readCurrent(root, bundle), null);
  const first = await publish(root, bundle, 1);
  assert.equal(await publish(root, bundle, 1), first);
  const found = await readCurrent(root, bundle);
  assert.deepEqual(found, { bundle, version: first, ...content(1) });
  const second = await publish(root, bundle, 2);
  assert.notEqual(second, first);
  assert.equal(await currentVersion(root, bundle), second);
  assert.ok(existsSync(versionPath(root, bundle, first)), 'the old version stays');
  assert.equal(await publish(root, bundle, 1), first, 'and can be used again');
});

test('names that are no Kubernetes names never become paths', async () => {
  await using home = await withRoot();
  for (const name of ['..', '.versions', 'a/b', '', 'A', '-a', 'a'.repeat(200), 'a\n']) {
    await assert.rejects(publish(home.root, { namespace: 'default', name }, 1), { code: 'invalid' });
    await assert.rejects(publish(home.root, { namespace: name, name: 'a' }, 1), { code: 'invalid' });
  }
});

test('a removed bundle is not listed, its version stays for those who hold it', async () => {
  await using home = await withRoot();
  const { root } = home;
  await publish(root, bundle, 1);
  await publish(root, { namespace: 'other', name: 'x.y' }, 1);
  assert.deepEqual(
    (await listBundles(root)).map(({ namespace, name }) => `${namespace}/${name}`).toSorted(),
    ['default/hello', 'other/x.y'],
  );
  const leased = await leaseCurrent(root, 'server-1', bundle);
  assert.ok(leased);
  await removeBundle(root, bundle, Date.now());
  await removeBundle(root, bundle, Date.now());
  assert.equal(await readCurrent(root, bundle), null);
  assert.equal(await leaseCurrent(root, 'server-1', bundle), null);
  assert.ok(existsSync(versionPath(root, bundle, leased.version)));
});

test('leases are held per server and version, and given back', async () => {
  await using home = await withRoot();
  const { root } = home;
  await openLeases(root, 'server-1');
  const version = await publish(root, bundle, 1);
  await leaseCurrent(root, 'server-1', bundle);
  await leaseCurrent(root, 'server-2', bundle);
  await releaseBundle(root, 'server-1', { bundle, version });
  await releaseBundle(root, 'server-1', { bundle, version });
  assert.ok(isLeased(await readLeases(root), bundle, version));
  await closeLeases(root, 'server-2');
  assert.ok(!isLeased(await readLeases(root), bundle, version));
});

test('leases of a server that shows no life are swept, and those of an earlier process at its start', async () => {
  await using home = await withRoot();
  const { root } = home;
  const version = await publish(root, bundle, 1);
  await leaseCurrent(root, 'gone', bundle);
  await leaseCurrent(root, 'alive', bundle);
  await utimes(join(inUsePath(root), 'gone'), 1, 1);
  await renewLeases(root, 'alive', 1_000_000);
  assert.deepEqual(await sweepLeases(root, { nowMs: 1_010_000, staleMs: 60_000 }), ['gone']);
  assert.ok(isLeased(await readLeases(root), bundle, version));
  await openLeases(root, 'alive');
  assert.ok(!isLeased(await readLeases(root), bundle, version));
});

test('a version that vanishes between link and lease is never handed out', async () => {
  await using home = await withRoot();
  const { root } = home;
  const first = await publish(root, bundle, 1);
  await rm(versionPath(root, bundle, first), { recursive: true });
  assert.equal(await leaseCurrent(root, 'server-1', bundle), null);
  assert.equal((await readLeases(root)).size, 0);
});

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1000; i += 1) {
    if (await condition()) return;
    await delay(20);
  }
  assert.fail('it did not happen');
}

test('watchBundles reports what is there, what comes, switches and goes', async () => {
  await using home = await withRoot();
  const { root } = home;
  await publish(root, bundle, 1);
  const controller = new AbortController();
  const seen: string[] = [];
  await watchBundles(root, ({ namespace, name }) => seen.push(`${namespace}/${name}`), controller.signal);
  assert.deepEqual(seen, ['default/hello']);
  await publish(root, bundle, 2);
  await eventually(() => seen.length === 2);
  await publish(root, { namespace: 'new', name: 'a' }, 1);
  await eventually(() => seen.includes('new/a'));
  await publish(root, { namespace: 'new', name: 'b' }, 1);
  await eventually(() => seen.includes('new/b'));
  await removeBundle(root, bundle, Date.now());
  await eventually(() => seen.filter((name) => name === 'default/hello').length === 3);
  controller.abort();
  await publish(root, { namespace: 'new', name: 'c' }, 1);
  await delay(100);
  assert.ok(!seen.includes('new/c'));
});

test('watchBundles survives a namespace folder that is removed and made again', async () => {
  await using home = await withRoot();
  const { root } = home;
  await publish(root, bundle, 1);
  const controller = new AbortController();
  let calls = 0;
  await watchBundles(root, () => (calls += 1), controller.signal, { rescanMs: 100 });
  await rm(join(root, 'oci-bundles', 'default'), { recursive: true });
  await eventually(() => calls === 2);
  await publish(root, bundle, 2);
  await eventually(() => calls === 3);
  controller.abort();
});
