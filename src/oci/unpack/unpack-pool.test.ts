import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { file, tarArchive } from '../../../test/helpers/tar-archive.ts';
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
