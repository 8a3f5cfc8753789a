import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BufferedLines } from './buffered-lines.ts';

test('writes all lines in order, drops and counts what finds no room', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'buffered-lines-'));
  const file = await open(join(folder, 'out'), 'w');
  const lines = new BufferedLines({ fd: file.fd, flushMs: 1, maxPendingBytes: 20 });
  lines.write('one\n');
  lines.write('two\n');
  await lines.flush();
  lines.write('three\n');
  lines.write(`${'x'.repeat(30)}\n`);
  await lines.flush();
  await file.close();
  assert.equal(await readFile(join(folder, 'out'), 'utf8'), 'one\ntwo\nthree\n');
  assert.equal(lines.dropped, 1);
  await rm(folder, { recursive: true });
});
