import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CollectionGuard } from '../../../oci/collection-guard.ts';
import { openImageStore, type StoredImage } from '../../../oci/image-store.ts';
import { layersPath } from '../../../oci/paths.ts';
import { ImageUse } from './image-use.ts';

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** An image of one layer. */
function image(digit: string): StoredImage {
  const config = {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [digest(digit)] },
  };
  return { digest: digest(digit), config } as unknown as StoredImage;
}

test('an image stays as long as pods have it now and then, with the layers that it shares', async () => {
  const root = mkdtempSync(join(tmpdir(), 'image-use-'));
  try {
    await openImageStore(root);
    const hasLayer = (digit: string) => existsSync(join(layersPath(root), digit.repeat(64)));
    for (const digit of ['1', '2', '3'])
      mkdirSync(join(layersPath(root), digit.repeat(64)), { recursive: true });
    let now = Date.now();
    const use = new ImageUse({ root, guard: new CollectionGuard(), clock: { now: () => now } });
    const forgotten = (keys: readonly string[], isGone: (key: string) => boolean) => keys.filter(isGone);
    await use.record('one', image('1'));
    await use.record('two', image('2'));
    await use.record('another name of two', image('2'));
    now += 1000;
    await use.record('one', image('1'));
    await use.record('another name of two', image('2'));
    let gone: string[] = [];
    await use.collect(1000, (isGone) => (gone = forgotten(['one', 'two', 'another name of two'], isGone)));
    assert.deepEqual(gone, ['two']);
    assert.deepEqual(['1', '2', '3'].map(hasLayer), [true, true, false], 'nobody ever had the third');
    now += 1000;
    await use.record('one', image('1'));
    await use.collect(1000, () => undefined);
    assert.deepEqual(['1', '2'].map(hasLayer), [true, false]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
