import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { xattrsOf } from '../../test/helpers/unpacked-layer.ts';
import { writeBundleFiles } from '../oci/bundle-files.ts';
import { fileTree, type TreeOptions } from './file-tree.ts';
import type { ResolvedMount } from './file-values.ts';

const idBase = 1_000_000;
let home: string;
let options: TreeOptions;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'kontain-file-tree-'));
  const image = join(home, 'image');
  await mkdir(join(image, 'etc/mail'), { recursive: true });
  await mkdir(join(image, 'run'), { mode: 0o711 });
  await mkdir(join(image, 'var'));
  await symlink('/run', join(image, 'var/run'));
  await symlink('/tmp', join(image, 'scratch'));
  await symlink('loop', join(image, 'loop'));
  await writeFile(join(image, 'etc/passwd'), '');
  const layers = [{ path: image, opaque: new Set<string>() }];
  const user = { uid: 1000, gid: 1001, groups: [] };
  options = { spec: { user, start: 'cold' }, layers, idBase };
});
after(() => rm(home, { recursive: true, force: true }));

const mount = (mountPath: string, files: Record<string, string>, mode = 0o400): ResolvedMount => ({
  mountPath,
  hides: files[''] === undefined,
  files: new Map(Object.entries(files).map(([path, text]) => [path, { mode, content: Buffer.from(text) }])),
});

async function paths(...mounts: ResolvedMount[]): Promise<string[]> {
  const tree = await fileTree(mounts, options);
  return [...tree].map(([path, node]) =>
    node.kind === 'folder' ? `${path}/${node.opaque ? '!' : ''}` : path,
  );
}

test('symbolic links of the image are followed, what lies there is hidden, and folders come first', async () => {
  assert.deepEqual(
    await paths(mount('/var/run/secrets/a/b', { 'x/y': '' }), mount('/etc/mail', { token: '' })),
    [
      '/',
      'etc/',
      'etc/mail/!',
      'etc/mail/token',
      'run/',
      'run/secrets/',
      'run/secrets/a/',
      'run/secrets/a/b/',
      'run/secrets/a/b/x/',
      'run/secrets/a/b/x/y',
    ],
  );
  assert.deepEqual(await paths(mount('/etc/passwd', { '': 'x' })), ['/', 'etc/', 'etc/passwd']);
  const odd = await paths(mount('/etc/mail', { 'a/': '', './b//c': '' }));
  assert.deepEqual(odd.slice(3), ['etc/mail/a', 'etc/mail/b/', 'etc/mail/b/c']);
  assert.deepEqual(await paths(mount('/a/b', { c: '' }), mount('/a', { d: '' })), [
    '/',
    'a/',
    'a/d',
    'a/b/',
    'a/b/c',
  ]);
});

test('places of the platform, files for folders and links that lead nowhere are refused', async () => {
  const one = { x: '' };
  for (const [path, files, message] of [
    ['/tmp/a', one, /platform has its own/],
    ['/proc', one, /platform has its own/],
    ['/scratch', one, /platform has its own/],
    ['/etc/hosts', { '': '' }, /platform has its own/],
    ['/etc/passwd', one, /has a file there/],
    ['/etc/passwd/x', one, /\/etc\/passwd is a file/],
    ['/etc/mail', { '': '' }, /has a folder there/],
    ['/loop/x', one, /too many symbolic links/],
  ] as const)
    await assert.rejects(paths(mount(path, files)), { message });
  await assert.rejects(paths(mount('/a', { b: '' }), mount('/a/b', { c: '' })), /a file and a folder/);
});

test('owners and modes on disk: the user of a call, and of a template its own root', async () => {
  const folder = join(home, 'cold');
  const mounts = [mount('/run/mail', { token: 's3cret' }), mount('/etc/mail', { x: '' }, 0o755)];
  await writeBundleFiles(folder, { tree: await fileTree(mounts, options) });
  const stats = async (path: string) => {
    const { mode, uid, gid } = await lstat(join(folder, path));
    return [(mode & 0o7777).toString(8), uid, gid];
  };
  assert.deepEqual(await stats('run/mail/token'), ['400', idBase + 1000, idBase + 1001]);
  assert.deepEqual(await stats('etc/mail/x'), ['755', idBase + 1000, idBase + 1001]);
  assert.deepEqual((await stats('run'))[0], '711', 'as in the image');
  assert.deepEqual(await stats('run/mail'), ['755', idBase, idBase]);
  assert.equal(await readFile(join(folder, 'run/mail/token'), 'utf8'), 's3cret');
  assert.deepEqual(xattrsOf(join(folder, 'etc/mail')), ['trusted.overlay.opaque="y"']);
  assert.deepEqual(xattrsOf(join(folder, 'run/mail')), []);

  await writeBundleFiles(join(home, 'copy'), { like: folder });
  assert.deepEqual(xattrsOf(join(home, 'copy/etc/mail')), ['trusted.overlay.opaque="y"']);
  const copied = await lstat(join(home, 'copy/run/mail/token'));
  assert.deepEqual([copied.mode & 0o7777, copied.uid], [0o400, idBase + 1000]);

  const template = { ...options, spec: { ...options.spec, start: 'template' as const } };
  const node = (await fileTree(mounts, template)).get('run/mail/token');
  assert.deepEqual([node?.mode, node?.uid, node?.gid], [0o440, idBase + 1000, idBase]);
});
