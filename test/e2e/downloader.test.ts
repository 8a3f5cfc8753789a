import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { currentVersion, leaseCurrent, readRoutes, releaseBundle } from '../../src/oci/bundles.ts';
import { idBase } from '../../src/oci/id-base.ts';
import { isSameProgram, layerContentPath, versionFilesPath } from '../../src/oci/paths.ts';
import { DownloaderWorld } from '../helpers/downloader.ts';
import { eventually } from '../helpers/eventually.ts';
import { writeLayout, writeMultiPlatform } from '../helpers/oci-layout.ts';
import { file, folder, type ArchiveEntry } from '../helpers/tar-archive.ts';

const base: ArchiveEntry[] = [
  folder('etc'),
  file('etc/passwd', 'root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n'),
  file('etc/group', 'app:x:1001:\nextra:x:2000:app\n'),
  folder('bin'),
  file('bin/app', '#!/bin/sh\n', { mode: 0o755 }),
];

const bundle = { namespace: 'default', name: 'hello' };
const layersIn = (root: string): string[] => readdirSync(join(root, 'oci-layers'));

test('an image becomes a bundle: unpacked, settled, reported', async () => {
  await using world = await DownloaderWorld.open();
  const image = join(world.home, 'image');
  const config = {
    Entrypoint: ['/bin/app'],
    Cmd: ['serve'],
    Env: ['A=1', 'B=2'],
    User: 'app',
    WorkingDir: 'srv',
    ExposedPorts: { '53/udp': {}, '9000/tcp': {} },
    Labels: { 'io.kontain.start': 'prewarmed' },
  };
  const digest = await writeLayout(image, { layers: [base, [file('.wh.etc'), file('new')]], config });
  const program = await world.start();
  await world.apply('hello', {
    image: `oci:${image}`,
    args: ['other'],
    env: [{ name: 'B', value: 'mine' }],
    resources: { memory: '256Mi', cpu: '500m' },
    timeout: '30s',
  });
  // User "app" is not in the image any more: its /etc is hidden.
  assert.match(await world.reason('hello', 'InvalidImage'), /no user "app".*USER/);
  await writeLayout(image, { layers: [base, [file('new')]], config });
  await world.apply('hello', { args: ['again'] });
  await world.reason('hello', 'Ready');
  const spec = await world.spec('hello');
  const { uid, digest: manifest, layers, ...rest } = spec;
  assert.deepEqual(rest, {
    version: 1,
    namespace: 'default',
    name: 'hello',
    generation: 2,
    args: ['/bin/app', 'again'],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/home/app',
      A: '1',
      B: 'mine',
    },
    workingDir: '/srv',
    user: { uid: 1000, gid: 1001, groups: [2000] },
    protocol: 'http',
    port: 9000,
    isolation: 'container',
    start: 'prewarmed',
    timeoutMs: 30_000,
    limits: {
      memoryBytes: 256 * 1024 * 1024,
      cpuMillis: 500,
      pids: 64,
      fileSizeBytes: 64 * 1024 * 1024,
      tmpBytes: 64 * 1024 * 1024,
      logBytes: 1024 * 1024,
    },
    concurrency: 0,
    prewarm: 1,
    idleTimeoutMs: 300_000,
  });
  const { metadata, status: reported } = await world.image('hello');
  assert.equal(uid, metadata.uid);
  assert.notEqual(manifest, digest);
  assert.equal(reported?.digest, manifest);
  assert.equal(reported.nodes?.['n1']?.ready, true);
  assert.equal(reported.nodes?.['n1']?.generation, 2);
  assert.equal(layers.length, 2);
  const passwd = join(layerContentPath(world.root, layers[0] ?? ''), 'etc/passwd');
  assert.equal(lstatSync(passwd).uid, idBase);
  const reasons = (
    await eventually('events are written', async () => {
      const events = await world.events('hello');
      return events.length >= 2 && events;
    })
  ).map(({ type, reason }) => `${type} ${reason}`);
  assert.ok(reasons.includes('Warning InvalidImage') && reasons.includes('Normal Ready'), String(reasons));
  const status = `http://127.0.0.1:${Number(program.ready['port'])}`;
  const metrics = await (await fetch(`${status}/metrics`)).text();
  assert.match(metrics, /kontain_downloader_deploys_total\{result="Ready"\} 1/);
  for (const page of ['healthz', 'readyz'])
    assert.equal(await (await fetch(`${status}/${page}`)).text(), 'OK\n');
});

test('every transport for local images works, platforms are chosen', async () => {
  await using world = await DownloaderWorld.open();
  const layout = join(world.home, 'layout');
  await writeMultiPlatform(layout, [
    { layers: [[file('bin/app', 'arm')]], architecture: 'arm64' },
    { layers: [base] },
  ]);
  const copy = (target: string): unknown =>
    execFileSync('skopeo', ['copy', '-q', '--override-arch', 'amd64', `oci:${layout}`, target]);
  copy(`oci-archive:${world.home}/oci.tar`);
  copy(`docker-archive:${world.home}/docker.tar:name:tag`);
  copy(`dir:${world.home}/dir`);
  await world.start();
  const references = {
    layout: `oci:${layout}`,
    'oci-archive': `oci-archive:${world.home}/oci.tar`,
    'docker-archive': `docker-archive:${world.home}/docker.tar`,
    dir: `dir:${world.home}/dir`,
  };
  for (const [name, image] of Object.entries(references)) await world.apply(name, { image });
  for (const name of Object.keys(references)) await world.reason(name, 'Ready');
  assert.equal(layersIn(world.root).length, 1, 'whatever the way, it is the same layer');
  const other = join(world.home, 'other');
  await writeMultiPlatform(other, [
    { layers: [base], architecture: 'arm64' },
    { layers: [base], architecture: 's390x' },
  ]);
  await world.apply('other', { image: `oci:${other}` });
  assert.match(await world.reason('other', 'PullFailed'), /only for linux\/arm64, linux\/s390x/);
});

test('a hundred functions on one base store it once, and go without a trace', async () => {
  await using world = await DownloaderWorld.open();
  await world.start();
  const names = Array.from({ length: 100 }, (_, i) => `f${i}`);
  for (const name of names) {
    const image = join(world.home, 'images', name);
    await writeLayout(image, { layers: [base, [file('handler', name)]] });
    await world.apply(name, { image: `oci:${image}` });
  }
  for (const name of names) await world.reason(name, 'Ready', 120_000);
  assert.equal(layersIn(world.root).length, 101);
  const own = await world.spec('f7');
  assert.equal(
    readFileSync(join(layerContentPath(world.root, own.layers[1] ?? ''), 'handler'), 'utf8'),
    'f7',
  );
  for (const name of names) await world.delete(name);
  await eventually('nothing is left', () => {
    const blobs = readdirSync(join(world.root, 'oci-images/blobs/sha256'));
    const bundles = readdirSync(join(world.root, 'oci-bundles'));
    return blobs.length + layersIn(world.root).length + bundles.length === 0;
  });
  assert.deepEqual(readdirSync(join(world.root, 'oci-images')).toSorted(), [
    'blobs',
    'index.json',
    'oci-layout',
    'refs',
  ]);
});

test('an edit switches in one step, and what a server holds stays until it lets go', async () => {
  await using world = await DownloaderWorld.open();
  const image = join(world.home, 'image');
  await writeLayout(image, { layers: [base, [file('v1')]] });
  await world.start();
  await world.apply('hello', { image: `oci:${image}` });
  await world.reason('hello', 'Ready');
  const bundle = { namespace: 'default', name: 'hello' };
  const leased = await leaseCurrent(world.root, 'server', bundle);
  assert.ok(leased);
  const old = await world.spec('hello');
  await writeLayout(image, { layers: [base, [file('v2')]] });
  await world.apply('hello', { args: ['changed'] });
  await world.reason('hello', 'Ready');
  const next = await world.spec('hello');
  assert.notEqual(next.layers[1], old.layers[1]);
  await world.apply('unrelated', { image: `oci:${image}` });
  await world.reason('unrelated', 'Ready');
  await world.delete('unrelated');
  await eventually(
    'another version was collected',
    () => !existsSync(join(world.root, 'oci-bundles/default/unrelated')),
  );
  await eventually(
    'and its folder',
    () => readdirSync(join(world.root, 'oci-bundles/default/.versions')).length === 2,
  );
  assert.ok(
    existsSync(layerContentPath(world.root, old.layers[1] ?? '')),
    'a leased version keeps its layers',
  );
  await releaseBundle(world.root, 'server', leased);
  await eventually(
    'the old layer is gone',
    () => !existsSync(layerContentPath(world.root, old.layers[1] ?? '')),
  );
  assert.ok(existsSync(layerContentPath(world.root, next.layers[1] ?? '')));
  assert.ok(existsSync(layerContentPath(world.root, next.layers[0] ?? '')));
});

test('values from Secrets and ConfigMaps reach the bundle, and follow their changes', async () => {
  await using world = await DownloaderWorld.open();
  const image = join(world.home, 'image');
  await writeLayout(image, { layers: [base] });
  await world.start();
  await world.apply('hello', {
    image: `oci:${image}`,
    env: [
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
      { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } },
      { name: 'MAYBE', valueFrom: { secretKeyRef: { name: 'absent', key: 'x', optional: true } } },
    ],
  });
  assert.match(await world.reason('hello', 'SecretNotFound'), /Secret db does not exist.*PASSWORD/);
  await world.putSecret('db', { password: 'one' });
  assert.match(await world.reason('hello', 'ConfigMapNotFound'), /ConfigMap settings does not exist/);
  await world.putConfigMap('settings', { mode: 'fast' });
  await world.reason('hello', 'Ready');
  const { env } = await world.spec('hello');
  assert.deepEqual([env['PASSWORD'], env['MODE'], env['MAYBE']], ['one', 'fast', undefined]);
  await world.putSecret('db', { password: 'two' });
  await eventually('the new value', async () => (await world.spec('hello')).env['PASSWORD'] === 'two');
  const files = lstatSync(join(world.root, 'oci-bundles'));
  assert.equal(files.mode & 0o077, 0, 'nobody else reads the values');
});

test('routes reach the bundle without the registry, for the version that is served', async () => {
  await using world = await DownloaderWorld.open();
  const image = join(world.home, 'image');
  await writeLayout(image, { layers: [base] });
  await world.start();
  await world.apply('hello', { image: `oci:${image}` });
  await world.reason('hello', 'Ready');
  const before = await currentVersion(world.root, bundle);
  rmSync(image, { recursive: true });
  await world.apply('hello', { routes: [{ host: 'a.example', basicAuthSecret: 'users' }] });
  await world.reason('hello', 'Ready');
  const { status } = await world.image('hello');
  const condition = status?.conditions?.find(({ type }) => type === 'RoutesReady');
  assert.deepEqual([condition?.status, condition?.reason], ['False', 'SecretNotFound']);
  assert.equal((await world.spec('hello')).generation, 2);
  const after = await currentVersion(world.root, bundle);
  assert.notEqual(after, before);
  assert.ok(isSameProgram(after ?? '', before ?? ''));
  const routes = async () =>
    JSON.stringify(await readRoutes(world.root, bundle, (await currentVersion(world.root, bundle)) ?? ''));
  assert.match(await routes(), /"access":\{"kind":"closed"\}/);
  // An image that cannot be had does not keep routes, and who may call them, from changing.
  await world.apply('hello', { image: `oci:${image}-gone` });
  await world.reason('hello', 'PullFailed');
  await world.putSecret('users', { auth: `me:{SHA}${'a'.repeat(27)}=` });
  await eventually('the users are there', async () => /"kind":"basic"/.test(await routes()));
  await eventually('the condition says so', async () => {
    const { conditions } = (await world.image('hello')).status ?? {};
    return conditions?.some(({ type, status: holds }) => type === 'RoutesReady' && holds === 'True');
  });
  assert.equal((await world.spec('hello')).generation, 2);
  await world.apply('hello', { routes: null });
  await eventually('the routes are gone', async () => (await routes()) === 'null');
});

test('files of Secrets are in the bundle, also in that of other routes, and follow their changes', async () => {
  await using world = await DownloaderWorld.open();
  const image = join(world.home, 'image');
  await writeLayout(image, { layers: [base], config: { User: 'app', Entrypoint: ['/bin/app'] } });
  await world.start();
  const files = [{ mountPath: '/etc/db', sources: [{ secret: { name: 'db' } }], defaultMode: 0o400 }];
  await world.apply('hello', { image: `oci:${image}`, files });
  assert.match(
    await world.reason('hello', 'SecretNotFound'),
    /Secret db does not exist, but \/etc\/db needs it/,
  );
  await world.putSecret('db', { password: 'one' });
  await world.reason('hello', 'Ready');
  const folder = async () =>
    versionFilesPath(world.root, bundle, (await currentVersion(world.root, bundle)) ?? '');
  const first = await folder();
  const password = async (): Promise<string> => readFileSync(join(await folder(), 'etc/db/password'), 'utf8');
  assert.equal(await password(), 'one');
  const { uid, mode } = lstatSync(join(first, 'etc/db/password'));
  assert.deepEqual([uid, mode & 0o777], [idBase + 1000, 0o400]);

  await world.putSecret('db', { password: 'two' });
  await eventually('the new value', async () => (await password()) === 'two');
  await world.apply('hello', { routes: [{ host: 'a.example', path: '/' }] });
  const routed = async (): Promise<boolean> =>
    (await readRoutes(world.root, bundle, (await currentVersion(world.root, bundle)) ?? '')) !== null;
  await eventually('the routes are there', routed);
  assert.equal(await password(), 'two');
  const { uid: owner } = lstatSync(join(await folder(), 'etc/db/password'));
  assert.equal(owner, idBase + 1000);
  await eventually('the first version is gone', () => !existsSync(first));

  await world.apply('hello', { files: [{ ...files[0], mountPath: '/tmp/db' }] });
  assert.match(await world.reason('hello', 'InvalidSpec'), /\/tmp\/db cannot be used/);
  assert.equal(await password(), 'two');
});
