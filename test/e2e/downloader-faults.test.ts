import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { hasErrno } from '../../src/lib/errors.ts';
import { layerContentPath } from '../../src/oci/paths.ts';
import { DownloaderWorld } from '../helpers/downloader.ts';
import { eventually } from '../helpers/eventually.ts';
import { writeBlob, writeIndex, writeLayout, writeMultiPlatform } from '../helpers/oci-layout.ts';
import type { RunningProgram } from '../helpers/program.ts';
import { file, hardLink, symlink, tarArchive, type ArchiveEntry } from '../helpers/tar-archive.ts';

const app = file('bin/app', '#!/bin/sh\n', { mode: 0o755 });

/** Enough to be met in the middle. */
function bulk(files: number, bytes: number): ArchiveEntry[] {
  return Array.from({ length: files }, (_, i) => file(`bulk/${i % 50}/f${i}`, randomBytes(bytes)));
}

/** All names below; looks again when a folder goes while it is read. */
function namesBelow(root: string): string[] {
  for (;;)
    try {
      return readdirSync(root, { recursive: true, encoding: 'utf8' });
    } catch (error) {
      if (!hasErrno(error, 'ENOENT') || !existsSync(root)) throw error;
    }
}

/** Names that only unfinished work has. */
function leftovers(root: string): string[] {
  return namesBelow(root).filter(
    (name) => /(^|\/)\.(tmp|gc|staging)-[^/]*$/.test(name) && !name.includes('/fs/'),
  );
}

async function killNow(program: RunningProgram): Promise<void> {
  process.kill(program.pid, 'SIGKILL');
  await program[Symbol.asyncDispose]();
}

test('killed in the middle of unpacking, it serves nothing half and is right after a restart', async () => {
  await using world = await DownloaderWorld.open();
  const image = join(world.home, 'image');
  const files = bulk(4000, 4000);
  await writeLayout(image, { layers: [[app], files] });
  const program = await world.start();
  await world.apply('big', { image: `oci:${image}` });
  await eventually('unpacking is under way', () =>
    leftovers(world.root).some((name) => name.includes('oci-layers/.tmp')),
  );
  await killNow(program);
  assert.ok(!existsSync(join(world.root, 'oci-bundles/default/big')));
  await world.start();
  await world.reason('big', 'Ready', 60_000);
  const { layers } = await world.spec('big');
  const content = layerContentPath(world.root, layers[1] ?? '');
  for (const { path, content: bytes } of files) assert.deepEqual(readFileSync(join(content, path)), bytes);
  assert.deepEqual(leftovers(world.root), []);
});

test('killed at any moment, again and again, it ends up right', async () => {
  await using world = await DownloaderWorld.open();
  for (let round = 0; round < 10; round += 1) {
    const image = join(world.home, 'image');
    await writeLayout(image, { layers: [[app], bulk(200, 2000), [file('round', String(round))]] });
    const program = await world.start();
    await world.apply('app', { image: `oci:${image}`, args: [String(round)] });
    await delay(round * 40);
    await killNow(program);
    const bundle = join(world.root, 'oci-bundles/default/app');
    if (!existsSync(bundle)) continue;
    for (const layer of (await world.spec('app')).layers)
      assert.ok(existsSync(layerContentPath(world.root, layer)));
  }
  await world.start();
  await world.reason('app', 'Ready', 60_000);
  const { layers } = await world.spec('app');
  assert.equal(readFileSync(join(layerContentPath(world.root, layers[2] ?? ''), 'round'), 'utf8'), '9');
  await eventually(
    'only its three layers are left',
    () => readdirSync(join(world.root, 'oci-layers')).length === 3,
  );
  // The collection that removed the layers goes on with the blobs.
  await eventually('nothing half done is left', () => leftovers(world.root).length === 0);
});

test('a full disk is reported, leaves no partial files, and is over when there is space', async () => {
  await using world = await DownloaderWorld.open();
  mkdirSync(world.root);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', world.root]);
  try {
    const small = join(world.home, 'small');
    const large = join(world.home, 'large');
    await writeLayout(small, { layers: [[app]] });
    await writeLayout(large, { layers: [[app], bulk(40, 200_000)] });
    const program = await world.start();
    await world.apply('small', { image: `oci:${small}` });
    await world.reason('small', 'Ready');
    await world.apply('large', { image: `oci:${large}` });
    assert.match(await world.reason('large', 'DiskFull'), /disk of the node is full/);
    await world.apply('small', { args: ['edited'] });
    await world.reason('small', 'Ready');
    assert.ok(existsSync(join(world.root, 'oci-bundles/default/small')));
    execFileSync('mount', ['-o', 'remount,size=100m', world.root]);
    await world.reason('large', 'Ready', 60_000);
    assert.deepEqual(leftovers(world.root), []);
    await program[Symbol.asyncDispose]();
  } finally {
    execFileSync('umount', ['-l', world.root]);
  }
});

test('what was deleted while it was away goes, but not all at once for an empty API server', async () => {
  await using world = await DownloaderWorld.open();
  const image = join(world.home, 'image');
  await writeLayout(image, { layers: [[app]] });
  const program = await world.start();
  for (const name of ['keep', 'drop']) {
    await world.apply(name, { image: `oci:${image}` });
    await world.reason(name, 'Ready');
  }
  await program[Symbol.asyncDispose]();
  await world.delete('drop');
  const again = await world.start();
  const bundle = (name: string): string => join(world.root, 'oci-bundles/default', name);
  await eventually('the orphan is gone', () => !existsSync(bundle('drop')));
  assert.ok(existsSync(bundle('keep')));
  await again[Symbol.asyncDispose]();
  await world.delete('keep');
  await world.start();
  await delay(1500);
  assert.ok(existsSync(bundle('keep')), 'an empty list is not believed at once');
});

test('bad images are refused with a reason, and disturb nobody', async () => {
  await using world = await DownloaderWorld.open();
  const place = (name: string): string => join(world.home, name);
  const victim = [app, file('secret', 'private')];
  await writeLayout(place('victim'), { layers: [victim] });
  await writeLayout(place('climber'), { layers: [[app, file('../../escape', 'x')]] });
  await writeLayout(place('linker'), {
    layers: [[symlink('e', '/etc'), hardLink('passwd', 'e/passwd')]],
  });
  await writeLayout(place('no-program'), { layers: [[app]], config: { Entrypoint: [] } });
  await writeLayout(place('bomb'), { layers: [[file('zero', Buffer.alloc(30_000_000))]] });
  await writeIndex(place('empty'), []);
  const garbage = await writeBlob(
    place('garbage'),
    'application/vnd.oci.image.manifest.v1+json',
    Buffer.from('{oops'),
  );
  await writeIndex(place('garbage'), [garbage]);
  await writeLayout(place('damaged'), { layers: [[app, file('x', randomBytes(2000))]] });
  damageLargestBlob(place('damaged'));
  await writeLayout(place('escapes'), { layers: [[app]], config: { User: 'me\n\u001b[31m\u202e' } });
  await writeMultiPlatform(place('far'), [{ layers: [[app]], architecture: 'x'.repeat(100_000) }]);
  await writeForeign(place('foreign'));
  await world.start({ KONTAIN_MAX_UNPACKED_BYTES: '20000000' });
  await world.apply('victim', { image: `oci:${place('victim')}` });
  await world.reason('victim', 'Ready');
  const [stolen = ''] = (await world.spec('victim')).layers;
  await writeLayout(place('thief'), { layers: [[file('nothing')]], diffIds: [stolen] });
  const expected: [string, string, RegExp][] = [
    ['climber', 'InvalidImage', /leads out of the image/],
    ['linker', 'InvalidImage', /layer does not have/],
    ['no-program', 'InvalidImage', /names no program.*spec\.command/],
    ['bomb', 'InvalidImage', /more data than this platform unpacks/],
    ['thief', 'InvalidImage', /does not have the digest/],
    ['empty', 'PullFailed', /does not exist|empty|fetched/],
    ['garbage', 'PullFailed', /cannot be read|fetched/],
    ['damaged', 'PullFailed', /[Dd]igest|fetched/],
    ['escapes', 'InvalidImage', /^[^\p{Cc}\u202e]*no user "me \[31m "[^\p{Cc}\u202e]*$/u],
    ['far', 'PullFailed', /^.*only for linux\/x{100,1990}…$/],
    ['foreign', 'PullFailed', /^A layer of the image did not come with the image\. Push/],
  ];
  for (const [name] of expected) await world.apply(name, { image: `oci:${place(name)}` });
  for (const [name, reason, message] of expected) assert.match(await world.reason(name, reason), message);
  await world.reason('victim', 'Ready');
  assert.deepEqual(readdirSync(join(world.root, 'oci-bundles/default')), ['.versions', 'victim']);
  assert.ok(!existsSync(join(world.root, '../escape')) && !existsSync(join(world.root, 'escape')));
  await world.apply('own-store', { image: `oci:${world.root}/oci-images` });
  assert.match(await world.reason('own-store', 'PullFailed'), /folder cannot be used/);
});

/** Its layer must not be distributed: it is said to lie elsewhere, and nothing that copies images takes it along. */
async function writeForeign(folder: string): Promise<void> {
  const type = (name: string): string => `application/vnd.oci.image.${name}`;
  const layer = await writeBlob(folder, type('layer.nondistributable.v1.tar'), tarArchive([app]));
  const rootfs = { type: 'layers', diff_ids: [layer.digest] };
  const text = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const config = { os: 'linux', architecture: 'amd64', config: { Cmd: ['/bin/app'] }, rootfs };
  const manifest = {
    schemaVersion: 2,
    mediaType: type('manifest.v1+json'),
    config: await writeBlob(folder, type('config.v1+json'), text(config)),
    layers: [{ ...layer, urls: ['http://127.0.0.1:1/layer'] }],
  };
  await writeIndex(folder, [await writeBlob(folder, manifest.mediaType, text(manifest))]);
}

test('a blob that is damaged on disk is fetched again', async () => {
  await using world = await DownloaderWorld.open();
  const image = join(world.home, 'image');
  await writeLayout(image, { layers: [[app, file('x', randomBytes(2000))]] });
  const program = await world.start();
  await world.apply('app', { image: `oci:${image}` });
  await world.reason('app', 'Ready');
  await program[Symbol.asyncDispose]();
  damageLargestBlob(join(world.root, 'oci-images'));
  rmSync(join(world.root, 'oci-layers'), { recursive: true });
  await world.start();
  await eventually('the layer is back', () =>
    readdirSync(join(world.root, 'oci-layers')).some((name) => !name.startsWith('.')),
  );
  await world.reason('app', 'Ready', 60_000);
});

function damageLargestBlob(layout: string): void {
  const folder = join(layout, 'blobs/sha256');
  const [largest = ''] = execFileSync('ls', ['-S', folder], { encoding: 'utf8' }).split('\n');
  execFileSync(
    'dd',
    ['if=/dev/zero', `of=${join(folder, largest)}`, 'bs=1', 'seek=500', 'count=16', 'conv=notrunc'],
    { stdio: 'ignore' },
  );
}
