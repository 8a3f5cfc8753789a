import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { file, folder, symlink, tarArchive } from '../../test/helpers/tar-archive.ts';
import { sha256, testIdBase, xattrsOf } from '../../test/helpers/unpacked-layer.ts';
import { metadataFile } from './layer-metadata.ts';
import { linkNearLayer } from './near-layers.ts';
import { layerContentPath, layerPath } from './paths.ts';
import { unpackLayer } from './unpack/unpack-layer.ts';
import { defaultUnpackLimits } from './unpack/unpack-limits.ts';

const archive = tarArchive([
  file('kept', 'text', { mode: 0o640, uid: 5, mtime: 1000 }),
  folder('hides', { mode: 0o750, mtime: 2000 }),
  file('hides/.wh..wh..opq'),
  file('.wh.gone'),
  symlink('link', 'kept'),
]);
const digest = sha256(archive);
const layer = { digest, diffId: digest, idBase: testIdBase, timeoutMs: 10_000 };
const { signal } = new AbortController();
const home = mkdtempSync(join(tmpdir(), 'kontain-near-'));
const root = join(home, 'root');
after(() => rmSync(home, { recursive: true }));

before(async () => {
  const content = layerContentPath(root, digest);
  mkdirSync(content, { recursive: true });
  writeFileSync(join(home, 'blob'), archive);
  const target = { folder: content, whiteoutTemplate: join(home, 'whiteout') };
  const limits = defaultUnpackLimits;
  const request = {
    blobPath: join(home, 'blob'),
    digest,
    diffId: digest,
    target,
    idBase: testIdBase,
    limits,
  };
  const metadata = { ...(await unpackLayer(request)), blobs: [digest] };
  writeFileSync(metadataFile(layerPath(root, digest)), JSON.stringify(metadata));
});

function emptyFolder(): string {
  return mkdtempSync(join(home, 'target-'));
}

test('a layer is linked with all that it says about files: owners, modes, times, what it hides', async () => {
  const target = emptyFolder();
  const metadata = await linkNearLayer([join(home, 'nobody'), root], layer, target, signal);
  assert.deepEqual(metadata?.opaque, ['hides']);
  const seen = (base: string) =>
    ['', 'kept', 'hides', 'gone', 'link'].map((name) => {
      const { mode, uid, gid, rdev, mtimeMs } = lstatSync(join(base, name));
      return { name, mode, uid, gid, rdev, mtimeMs };
    });
  const [linked, unpacked] = [join(target, 'fs'), layerContentPath(root, digest)];
  assert.deepEqual(seen(linked), seen(unpacked));
  assert.deepEqual(xattrsOf(join(linked, 'hides')), ['trusted.overlay.opaque="y"']);
  assert.equal(lstatSync(join(linked, 'kept')).ino, lstatSync(join(unpacked, 'kept')).ino);
});

test('what goes from one store stays in the other', async () => {
  const target = emptyFolder();
  await linkNearLayer([root], layer, target, signal);
  rmSync(join(target, 'fs/hides'), { recursive: true });
  rmSync(join(target, 'fs/kept'));
  assert.equal(readFileSync(join(layerContentPath(root, digest), 'kept'), 'utf8'), 'text');
});

for (const [what, roots, wanted] of [
  ['nobody has it', [join(home, 'nobody')], layer],
  ['it is known to come from another blob', [root], { ...layer, digest: sha256(Buffer.from('other')) }],
  ['its owners are shifted by other ids', [root], { ...layer, idBase: testIdBase * 2 }],
] as const)
  test(`nothing is linked when ${what}`, async () => {
    const target = emptyFolder();
    assert.equal(await linkNearLayer(roots, wanted, target, signal), null);
    assert.deepEqual(readdirSync(target), []);
  });

test('nothing is linked across disks', async () => {
  const target = mkdtempSync('/dev/shm/kontain-near-');
  try {
    assert.equal(await linkNearLayer([root], layer, target, signal), null);
    assert.deepEqual(readdirSync(target), []);
  } finally {
    rmSync(target, { recursive: true });
  }
});

test('what cannot be linked in whole leaves nothing', async () => {
  const target = emptyFolder();
  writeFileSync(join(target, 'fs'), 'in the way');
  assert.equal(await linkNearLayer([root], layer, target, signal), null);
  assert.deepEqual(readdirSync(target), []);
});

test('it ends with the deploy that it is for', async () => {
  const stop = AbortSignal.abort(new Error('deleted'));
  await assert.rejects(linkNearLayer([root], layer, emptyFolder(), stop), /deleted/);
});
