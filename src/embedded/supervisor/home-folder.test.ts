import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallDisk } from '../../../test/helpers/small-disk.ts';
import { checkSpace, makeHomeFolder } from './home-folder.ts';

test('makes the folder and those above it, and leaves one that is there as it is', () => {
  const root = mkdtempSync(join(tmpdir(), 'home-'));
  for (let time = 0; time < 2; time += 1) makeHomeFolder(join(root, 'a folder/of/mine'));
  assert.ok(statSync(join(root, 'a folder/of/mine')).isDirectory());
  rmSync(root, { recursive: true });
});

test('says so where there can be no folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'home-'));
  const file = join(root, 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'below'), '/proc/nothing/can/be/made/here'])
    assert.throws(() => makeHomeFolder(path), {
      code: 'bad_request',
      message: new RegExp(`KONTAIN_HOME is ${path}`),
    });
  rmSync(root, { recursive: true });
});

test('a full disk is told before anything is started', () => {
  using disk = smallDisk('2m');
  checkSpace(disk.path);
  disk.fill();
  assert.throws(() => checkSpace(disk.path), { code: 'disk_full', message: new RegExp(disk.path) });
  disk.free();
  checkSpace(disk.path);
});
