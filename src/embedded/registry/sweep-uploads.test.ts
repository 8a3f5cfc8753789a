import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sweepUploads } from './sweep-uploads.ts';

const nowMs = 1_800_000_000_000;

test('an upload goes when nothing of it was written for so long; all else of a registry stays', async () => {
  const data = mkdtempSync(join(tmpdir(), 'registry-data-'));
  try {
    await sweepUploads(data, nowMs);
    const repository = join(data, 'docker/registry/v2/repositories/functions/a/hello');
    const upload = (id: string, ages: Record<string, number>): void => {
      const folder = join(repository, '_uploads', id);
      for (const [name, age] of Object.entries(ages)) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, name), 'x');
        utimesSync(join(folder, name), (nowMs - age) / 1000, (nowMs - age) / 1000);
      }
      utimesSync(folder, (nowMs - 9000) / 1000, (nowMs - 9000) / 1000);
    };
    upload('cut', { startedat: 9000, data: 5000 });
    upload('slow', { startedat: 9000, data: 10 });
    for (const name of ['_layers/sha256', '_manifests/tags', 'more/_uploads'])
      mkdirSync(join(repository, name), { recursive: true });
    await sweepUploads(data, nowMs - 1000);
    assert.deepEqual(readdirSync(join(repository, '_uploads')), ['slow']);
    assert.deepEqual(readdirSync(repository).sort(), ['_layers', '_manifests', '_uploads', 'more']);
    await sweepUploads(data, nowMs);
    assert.deepEqual(readdirSync(join(repository, '_uploads')), []);
  } finally {
    rmSync(data, { recursive: true });
  }
});
