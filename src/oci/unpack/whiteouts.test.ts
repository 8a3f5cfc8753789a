import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { file, folder, type ArchiveEntry } from '../../../test/helpers/tar-archive.ts';
import { unpackEntries, xattrsOf, type UnpackedLayer } from '../../../test/helpers/unpacked-layer.ts';
import { visibleLayers } from '../visible-layers.ts';

const opaque = 'trusted.overlay.opaque="y"';

/** Names of all files in a tree, as `a/b`. */
function tree(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted();
}

/** What a read-only overlay of the layers shows, lowest first. */
async function merged(...layers: ArchiveEntry[][]): Promise<string[]> {
  await using stack = new AsyncDisposableStack();
  const unpacked: UnpackedLayer[] = [];
  for (const entries of layers) unpacked.push(stack.use(await unpackEntries(entries)));
  const visible = visibleLayers(unpacked.map(({ folder, result }) => ({ folder, opaque: result.opaque })));
  const mount = mkdtempSync(join(tmpdir(), 'kontain-overlay-'));
  const emptyFolder = mkdtempSync(join(tmpdir(), 'kontain-empty-'));
  try {
    // overlayfs wants the top one first, and two at least.
    const folders = [...visible.map((layer) => layer.folder).toReversed(), emptyFolder];
    const options = `ro,lowerdir=${folders.join(':')}`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, mount]);
    try {
      return tree(mount);
    } finally {
      execFileSync('umount', [mount]);
    }
  } finally {
    rmSync(mount, { recursive: true });
    rmSync(emptyFolder, { recursive: true });
  }
}

test('whiteouts hide files and folders of lower layers from overlayfs', async () => {
  const lower = [folder('etc'), file('etc/a'), file('etc/b'), folder('gone'), file('gone/x'), file('top')];
  const upper = [folder('etc'), file('etc/.wh.a'), file('.wh.gone'), file('.wh.top'), file('.wh.never')];
  assert.deepEqual(await merged(lower, upper), ['etc', 'etc/b']);
});

test('an opaque folder hides all that lower layers have in it, whatever the order of its entries', async () => {
  const lower = [folder('d'), file('d/a'), folder('d/sub'), file('d/sub/x'), file('e')];
  assert.deepEqual(await merged(lower, [folder('d'), file('d/.wh..wh..opq'), file('d/b')]), [
    'd',
    'd/b',
    'e',
  ]);
  assert.deepEqual(await merged(lower, [file('d/b'), file('d/.wh..wh..opq')]), ['d', 'd/b', 'e']);
  assert.deepEqual(await merged(lower, [file('.wh..wh..opq'), file('new')]), ['new']);
});

test('a folder that replaces one of a lower layer shows nothing of it', async () => {
  const lower = [folder('d'), file('d/a')];
  assert.deepEqual(await merged(lower, [file('.wh.d'), folder('d'), file('d/b')]), ['d', 'd/b']);
  assert.deepEqual(await merged(lower, [folder('d'), file('d/b'), file('.wh.d')]), ['d', 'd/b']);
  assert.deepEqual(await merged(lower, [file('.wh.d'), file('d/b')]), ['d', 'd/b']);
});

test('a file that is in the layer itself is not hidden by a whiteout', async () => {
  assert.deepEqual(await merged([file('a')], [file('a'), file('.wh.a')]), ['a']);
  assert.deepEqual(await merged([file('a')], [file('.wh.a'), file('a')]), ['a']);
});

test('whiteouts survive a layer between, and marks of aufs are nothing', async () => {
  const layers = [
    [file('a'), file('b')],
    [file('.wh.a'), file('.wh..wh.plnk'), file('.wh..wh.aufs')],
    [file('a')],
  ];
  assert.deepEqual(await merged(...layers), ['a', 'b']);
});

test('many whiteouts in many folders are made, and opaque folders told', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `d${i % 7}/x${i}`);
  await using layer = await unpackEntries([
    ...names.map((name) => file(name.replace('/', '/.wh.'))),
    folder('d1'),
    file('d1/.wh..wh..opq'),
  ]);
  const devices = names.map((name) => lstatSync(join(layer.folder, name)));
  assert.ok(devices.every((stats) => stats.isCharacterDevice() && stats.rdev === 0));
  assert.deepEqual(xattrsOf(join(layer.folder, 'd1')), [opaque]);
  assert.deepEqual(layer.result.opaque, ['d1']);
});
