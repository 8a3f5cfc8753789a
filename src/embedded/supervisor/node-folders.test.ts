import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { homeAt } from './home.ts';
import { cgroupPath, removeNodeFolders, runFolder } from './node-folders.ts';

test('homes have run folders and cgroups of their own, short however long the home is', () => {
  const [one, two] = [homeAt('/a'), homeAt(`/${'long/'.repeat(100)}`)];
  assert.notEqual(runFolder(one), runFolder(two));
  assert.equal(runFolder(one), runFolder(homeAt('/a')));
  assert.ok(runFolder(two).length < 40);
  assert.notEqual(cgroupPath(one), cgroupPath(two));
});

test('removes the run folder and the cgroups below every hierarchy, and nothing beside them', () => {
  const root = mkdtempSync(join(tmpdir(), 'cgroup-'));
  const home = homeAt(join(root, 'home'));
  const mounts = join(root, 'mounts');
  writeFileSync(
    mounts,
    `cgroup ${root}/memory cgroup rw 0 0\ncgroup2 ${root}/unified cgroup2 rw 0 0\ntmpfs ${root}/other tmpfs rw 0 0\n`,
  );
  for (const hierarchy of ['memory', 'unified', 'other'])
    mkdirSync(join(root, hierarchy, cgroupPath(home), 'call/inner'), { recursive: true });
  mkdirSync(join(root, 'memory/neighbour'));
  mkdirSync(join(runFolder(home), 'fs'), { recursive: true });
  removeNodeFolders(home, mounts);
  const left = ['memory', 'unified', 'other'].filter((hierarchy) =>
    existsSync(join(root, hierarchy, cgroupPath(home))),
  );
  assert.deepEqual(left, ['other']);
  assert.ok(existsSync(join(root, 'memory/neighbour')));
  assert.equal(existsSync(runFolder(home)), false);
  removeNodeFolders(home, mounts);
  rmSync(root, { recursive: true });
});
