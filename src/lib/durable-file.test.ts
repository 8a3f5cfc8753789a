import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceFile } from './durable-file.ts';

test('a replaced file has the new content and mode, and nothing lies beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kontain-durable-'));
  try {
    const path = join(folder, 'file');
    await replaceFile(path, 'one');
    await replaceFile(path, 'two', 0o600);
    assert.equal(readFileSync(path, 'utf8'), 'two');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['file']);
    await assert.rejects(replaceFile(join(folder, 'absent/file'), ''), { code: 'ENOENT' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
