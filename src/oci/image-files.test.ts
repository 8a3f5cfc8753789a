import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readImageFile, type LayerFolder } from './image-files.ts';
import { resolveUser } from './image-user.ts';

type Tree = Record<string, string | { link: string }>;

async function withLayers(...trees: Tree[]): Promise<AsyncDisposable & { layers: LayerFolder[] }> {
  const root = await mkdtemp(join(tmpdir(), 'kontain-files-'));
  const layers: LayerFolder[] = [];
  for (const [index, tree] of trees.entries()) {
    const path = join(root, String(index));
    const opaque = new Set<string>();
    await mkdir(path);
    for (const [name, content] of Object.entries(tree)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      if (name.endsWith('/.opaque')) opaque.add(dirname(name));
      else if (typeof content !== 'string') await symlink(content.link, join(path, name));
      else if (content === 'whiteout') execFileSync('mknod', [join(path, name), 'c', '0', '0']);
      else await writeFile(join(path, name), content);
    }
    layers.push({ path, opaque });
  }
  return { layers, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

async function read(layers: LayerFolder[], path: string): Promise<string | null> {
  return (await readImageFile(layers, path, 1000))?.toString() ?? null;
}

test('files of upper layers win, others shine through', async () => {
  await using image = await withLayers({ 'etc/a': 'low', 'etc/b': 'low' }, { 'etc/a': 'up' });
  assert.equal(await read(image.layers, '/etc/a'), 'up');
  assert.equal(await read(image.layers, '/etc/b'), 'low');
  assert.equal(await read(image.layers, '/etc/c'), null);
  assert.equal(await read(image.layers, '/etc'), null);
  assert.equal(await read(image.layers, '/etc/a/b'), null);
});

test('whiteouts and opaque folders hide lower layers, files hide folders', async () => {
  await using image = await withLayers(
    { 'etc/a': 'low', 'opaque/a': 'low', 'gone/a': 'low', 'file/a': 'low' },
    { 'etc/a': 'whiteout', 'opaque/.opaque': '', 'opaque/b': 'up', gone: 'whiteout', file: 'a file' },
    { 'gone/b': 'top' },
  );
  assert.equal(await read(image.layers, '/etc/a'), null);
  assert.equal(await read(image.layers, '/opaque/a'), null);
  assert.equal(await read(image.layers, '/opaque/b'), 'up');
  assert.equal(await read(image.layers, '/gone/a'), null);
  assert.equal(await read(image.layers, '/gone/b'), 'top');
  assert.equal(await read(image.layers, '/file/a'), null);
});

test('links stay within the image', async () => {
  await using image = await withLayers(
    { 'usr/lib/x': 'right', 'etc/passwd': 'image' },
    {
      lib: { link: 'usr/lib' },
      up: { link: '../../../../etc/passwd' },
      absolute: { link: '/usr/lib/x' },
      'a/b/back': { link: '../../lib/x' },
      loop: { link: 'loop' },
    },
  );
  assert.equal(await read(image.layers, '/lib/x'), 'right');
  assert.equal(await read(image.layers, '/up'), 'image');
  assert.equal(await read(image.layers, '/absolute'), 'right');
  assert.equal(await read(image.layers, '/a/b/back'), 'right');
  assert.equal(await read(image.layers, '/loop'), null);
});

test('a file that is too large is refused', async () => {
  await using image = await withLayers({ big: 'x'.repeat(2000) });
  await assert.rejects(read(image.layers, '/big'), { code: 'invalid' });
});

const accounts = {
  passwd: 'root:x:0:0::/root:/bin/sh\nweb:x:33:34::/:/bin/false\nbroken\nodd:x:-1:5::/:\n',
  group: 'root:x:0:\nwww:x:34:\naudio:x:29:web,root\nvideo:x:44:web\n',
};

const users: [string, object][] = [
  ['', { uid: 0, gid: 0, groups: [29], home: '/root' }],
  ['web', { uid: 33, gid: 34, groups: [29, 44], home: '/' }],
  ['33', { uid: 33, gid: 34, groups: [29, 44], home: '/' }],
  ['1000', { uid: 1000, gid: 0, groups: [], home: '/' }],
  ['web:audio', { uid: 33, gid: 29, groups: [], home: '/' }],
  ['1000:1001', { uid: 1000, gid: 1001, groups: [], home: '/' }],
  ['1000:video', { uid: 1000, gid: 44, groups: [], home: '/' }],
];

for (const [user, expected] of users) {
  test(`the ids of user ${JSON.stringify(user)}`, () => {
    assert.deepEqual(resolveUser(user, accounts), expected);
  });
}

for (const user of ['nobody', 'odd', '70000', 'web:none', 'web:70000', 'a:b:c', '-1', '99999999999']) {
  test(`user ${user} is refused`, () => {
    assert.throws(() => resolveUser(user, accounts), { code: 'invalid' });
  });
}

test('an image without accounts knows numbers only', () => {
  assert.deepEqual(resolveUser('', { passwd: '', group: '' }), { uid: 0, gid: 0, groups: [], home: '/' });
  assert.throws(() => resolveUser('root', { passwd: '', group: '' }), { code: 'invalid' });
});
