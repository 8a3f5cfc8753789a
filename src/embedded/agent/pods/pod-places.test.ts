import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeTree } from './pod-places.ts';

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'tree-'));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

test('a tree goes with what it holds, what it links to stays; none is no error', async () => {
  using it = place();
  const [tree, outside] = [join(it.folder, 'tree'), join(it.folder, 'outside')];
  for (const path of [join(tree, 'a', 'b'), outside]) mkdirSync(path, { recursive: true });
  writeFileSync(join(outside, 'file'), '');
  symlinkSync(outside, join(tree, 'link'));
  await removeTree(tree);
  await removeTree(tree);
  assert.deepEqual(readdirSync(it.folder), ['outside']);
  assert.ok(existsSync(join(outside, 'file')));
});

test('countless files go, and take no memory of this process', async () => {
  using it = place();
  const tree = join(it.folder, 'tree');
  mkdirSync(tree);
  const script = `for (let i = 0; i < 50_000; i++) fs.closeSync(fs.openSync(String(i), 'w'));`;
  execFileSync(process.execPath, ['-e', script], { cwd: tree });
  const before = process.resourceUsage().maxRSS;
  await removeTree(tree);
  assert.ok(!existsSync(tree));
  // Kibibytes; Node's own removal takes some 100 MB for so many.
  assert.ok(process.resourceUsage().maxRSS - before < 32 * 1024);
});

test('folders deeper than any path is long go too', async () => {
  using it = place();
  const tree = join(it.folder, 'tree');
  mkdirSync(tree);
  const name = JSON.stringify('d'.repeat(200));
  const script = `for (let i = 0; i < 60; i++) { fs.mkdirSync(${name}); process.chdir(${name}); }`;
  execFileSync(process.execPath, ['-e', script], { cwd: tree });
  await assert.rejects(rm(tree, { recursive: true }), { code: 'ENAMETOOLONG' });
  await removeTree(tree);
  assert.ok(!existsSync(tree));
});
