import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallDisk } from '../../../test/helpers/small-disk.ts';
import { RotatingLog } from './rotating-log.ts';

test('keeps so many old files, the newest as .1, and goes on at the start of the same file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  const path = join(folder, 'part.log');
  {
    using log = new RotatingLog({ path, maxBytes: 10, keep: 2 });
    for (const line of ['first line\n', 'second line\n', 'third line\n', 'short\n']) {
      log.write(line);
      log.rotateIfLarge();
    }
    execFileSync('sh', ['-c', 'echo program >&2'], { stdio: ['ignore', 'ignore', log.fd] });
  }
  assert.deepEqual(readdirSync(folder).sort(), ['part.log', 'part.log.1', 'part.log.2']);
  assert.equal(readFileSync(path, 'utf8'), 'short\nprogram\n');
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'third line\n');
  assert.equal(readFileSync(`${path}.2`, 'utf8'), 'second line\n');
  rmSync(folder, { recursive: true });
});

test('on a full disk the log starts afresh, without a copy: its writers must go on', () => {
  using disk = smallDisk('1m');
  const path = join(disk.path, 'part.log');
  using log = new RotatingLog({ path, maxBytes: 1000 });
  log.write('a line\n'.repeat(10_000));
  disk.fill();
  log.rotateIfLarge();
  assert.equal(log.size, 0);
  assert.deepEqual(readdirSync(disk.path).sort(), ['ballast', 'part.log']);
});
