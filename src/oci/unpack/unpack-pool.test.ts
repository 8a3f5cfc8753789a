import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  file,
  folder,
  hardLink,
  symlink,
  tarArchive,
  type ArchiveEntry,
} from '../../../test/helpers/tar-archive.ts';
import { sha256, testIdBase } from '../../../test/helpers/unpacked-layer.ts';
import type { UnpackRequest } from './unpack-layer.ts';
import { defaultUnpackLimits } from './unpack-limits.ts';
import { UnpackPool } from './unpack-pool.ts';

const home = mkdtempSync(join(tmpdir(), 'kontain-pool-'));
after(() => rmSync(home, { recursive: true }));

const small = tarArchive([file('file', 'small')]);
const large = tarArchive([file('file', randomBytes(100_000).toString('hex'))]);

function requestFor(
  archive: Buffer,
  change: Partial<UnpackRequest> = {},
): UnpackRequest & { folder: string } {
  const place = mkdtempSync(join(home, 'layer-'));
  const folder = join(place, 'fs');
  mkdirSync(folder);
  writeFileSync(join(place, 'blob'), archive);
  const digest = sha256(archive);
  const target = { folder, whiteoutTemplate: join(place, 'whiteout') };
  const limits = defaultUnpackLimits;
  const blobPath = join(place, 'blob');
  return { blobPath, digest, diffId: digest, target, idBase: testIdBase, limits, ...change, folder };
}

const { signal } = new AbortController();

for (const [size, archive] of Object.entries({ small, large })) {
  test(`a ${size} layer is unpacked`, async () => {
    const { folder, ...request } = requestFor(archive);
    const { entries } = await new UnpackPool().run(request, signal);
    assert.equal(entries, 1);
    assert.ok(archive.includes(readFileSync(join(folder, 'file'))));
  });

  test(`a ${size} layer with another digest is refused, with what was expected`, async () => {
    const { folder: _, ...request } = requestFor(archive, { diffId: sha256(Buffer.from('other')) });
    await assert.rejects(new UnpackPool().run(request, signal), {
      code: 'invalid',
      data: { expected: sha256(Buffer.from('other')), actual: sha256(archive) },
    });
  });

  test(`a ${size} layer over the limits is refused`, async () => {
    const limits = { ...defaultUnpackLimits, maxBytes: 100 };
    const { folder: _, ...request } = requestFor(archive, { limits });
    await assert.rejects(new UnpackPool().run(request, signal), { code: 'invalid', message: /more data/ });
  });

  test(`a ${size} layer whose deploy was cancelled is not begun`, async () => {
    const { folder, ...request } = requestFor(archive);
    const cancelled = AbortSignal.abort(new Error('deleted'));
    await assert.rejects(new UnpackPool().run(request, cancelled), /deleted/);
    assert.ok(!existsSync(join(folder, 'file')));
  });

  test(`a ${size} layer that is cancelled meanwhile ends with the reason`, async () => {
    const { folder: _, ...request } = requestFor(archive);
    const stop = new AbortController();
    const run = new UnpackPool().run(request, stop.signal);
    stop.abort(new Error('deleted'));
    await assert.rejects(run, /deleted/);
  });
}

test('a blob that is gone says so', async () => {
  const { folder: _, ...request } = requestFor(small);
  rmSync(request.blobPath);
  await assert.rejects(new UnpackPool().run(request, signal), { code: 'ENOENT' });
});

/** Layers of a few kilobytes that would hold the event loop for long. */
const growing: Record<string, ArchiveEntry[]> = {
  'much data': [file('zeros', Buffer.alloc(1_000_000))],
  'many files': Array.from({ length: 200 }, (_, i) => file(`f${i}`)),
  'folders that are only implied': [file('f', '', { pax: { path: `${'a/'.repeat(200)}f` } })],
  'a hard link': [file('a'), hardLink('b', 'a')],
  'a link': [symlink('s', 'a')],
  'a whiteout': [file('d/.wh.a')],
  'an attribute': [file('a', '', { pax: { 'SCHILY.xattr.user.k': 'v' } })],
  'a long extended header': [file('a', '', { pax: { comment: 'c'.repeat(200_000) } })],
};

for (const [what, entries] of Object.entries(growing)) {
  test(`a small layer with ${what} is unpacked by a thread`, async () => {
    assert.equal(await threadsFor(tarArchive(entries)), 1);
  });
}

test('a small layer with a few files is unpacked without a thread', async () => {
  const files = Array.from({ length: 20 }, (_, i) => file(`app/f${i}`, 'x'.repeat(1000)));
  assert.equal(await threadsFor(tarArchive([folder('app'), ...files])), 0);
});

/** How many threads are started to unpack it. */
async function threadsFor(archive: Buffer): Promise<number> {
  const blob = gzipSync(archive);
  assert.ok(blob.length < 64 * 1024);
  const { folder: _, ...request } = requestFor(blob, { diffId: sha256(archive) });
  let started = 0;
  const onStart = (): void => void (started += 1);
  diagnostics.subscribe('worker_threads', onStart);
  try {
    await new UnpackPool().run(request, signal);
  } finally {
    diagnostics.unsubscribe('worker_threads', onStart);
  }
  return started;
}
