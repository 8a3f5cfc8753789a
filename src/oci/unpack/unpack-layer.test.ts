import assert from 'node:assert/strict';
import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { file, folder, hardLink, symlink, tarArchive } from '../../../test/helpers/tar-archive.ts';
import { sha256, testIdBase, unpackEntries, xattrsOf } from '../../../test/helpers/unpacked-layer.ts';

test('files, folders and links come out with owner, mode and time', async () => {
  await using layer = await unpackEntries([
    folder('d', { mode: 0o1777, uid: 5, gid: 6, mtime: 1000 }),
    file('d/f', 'hello', { mode: 0o4751, uid: 1, gid: 2, mtime: 2000 }),
    { ...symlink('d/s', '../../outside'), uid: 3, gid: 4, mtime: 3000 },
    hardLink('h', 'd/f'),
    file('implied/deep/f'),
  ]);
  const at = (path: string): Stats => lstatSync(join(layer.folder, path));
  assert.equal(readFileSync(join(layer.folder, 'd/f'), 'utf8'), 'hello');
  assert.equal(at('d/f').mode & 0o7777, 0o4751);
  assert.deepEqual([at('d/f').uid, at('d/f').gid], [testIdBase + 1, testIdBase + 2]);
  assert.equal(at('d/f').mtimeMs, 2_000_000);
  assert.equal(at('d').mode & 0o7777, 0o1777);
  assert.equal(at('d').mtimeMs, 1_000_000, 'although files were made in it');
  assert.equal(readlinkSync(join(layer.folder, 'd/s')), '../../outside');
  assert.deepEqual([at('d/s').uid, at('d/s').mtimeMs], [testIdBase + 3, 3_000_000]);
  assert.equal(at('h').ino, at('d/f').ino);
  assert.deepEqual([at('implied/deep').uid, at('implied/deep').mode & 0o7777], [testIdBase, 0o755]);
});

test('plain, gzip and zstd layers are told apart by their content', async () => {
  for (const store of [(bytes: Buffer) => bytes, gzipSync, zstdCompressSync]) {
    await using layer = await unpackEntries([file('a', 'x'.repeat(100_000))], { store });
    assert.equal(readFileSync(join(layer.folder, 'a')).length, 100_000);
  }
});

test('wrong digests and damaged compression are refused', async () => {
  const entries = [file('a', 'hello')];
  const wrong = sha256(Buffer.from('other'));
  await assert.rejects(unpackEntries(entries, { digest: wrong }), /blob of a layer does not have the digest/);
  await assert.rejects(
    unpackEntries(entries, { diffId: wrong }),
    /content of a layer does not have the digest/,
  );
  const cut = (bytes: Buffer): Buffer => gzipSync(bytes).subarray(0, 40);
  await assert.rejects(unpackEntries(entries, { store: cut }), { code: 'invalid', message: /decompressed/ });
  const damaged = (bytes: Buffer): Buffer => gzipSync(bytes).fill(7, 30, 60);
  await assert.rejects(unpackEntries(entries, { store: damaged }), { code: 'invalid' });
  const zstd = (bytes: Buffer): Buffer => zstdCompressSync(bytes).fill(7, 10, 40);
  await assert.rejects(unpackEntries(entries, { store: zstd }), { code: 'invalid' });
});

test('limits on bytes, entries and depth end a decompression bomb', async () => {
  const zeroes = Buffer.alloc(64 * 1024 * 1024);
  await assert.rejects(unpackEntries(zeroes, { store: gzipSync, limits: { maxBytes: 1e6 } }), /more data/);
  const bomb = [file('a', zeroes.toString('latin1', 0, 2e6))];
  await assert.rejects(unpackEntries(bomb, { store: gzipSync, limits: { maxBytes: 1e6 } }), /more data/);
  const many = Array.from({ length: 100 }, (_, i) => file(`f${i}`));
  await assert.rejects(unpackEntries(many, { limits: { maxEntries: 50 } }), /more files/);
  const deep = [file(`${'d/'.repeat(40)}f`)];
  await assert.rejects(unpackEntries(deep, { limits: { maxDepth: 20 } }), /deeper/);
  await assert.rejects(
    unpackEntries(deep, { limits: { maxEntries: 20 } }),
    /more files/,
    'implied folders count',
  );
});

test('names are bytes, and odd ones are kept', async () => {
  const names = ['new\nline', 'back\\slash', ' space ', '-rf', 'e\xff\xfe', 'quo\'te"s', '#x'];
  const pax = { 'SCHILY.xattr.user.k': 'v' };
  await using layer = await unpackEntries(
    names.map((name) => file(`d/${name}`, Buffer.from(name, 'latin1'), { pax })),
  );
  for (const name of names) {
    const path = Buffer.from(`${layer.folder}/d/${name}`, 'latin1');
    assert.equal(readFileSync(path, 'latin1'), name);
    if (!name.includes('\xff')) assert.deepEqual(xattrsOf(path.toString()), ['user.k="v"']);
  }
});

test('user attributes are kept, all others are left out with a reason', async () => {
  const xattr = (name: string, value = 'x'): Record<string, string> => ({ [`SCHILY.xattr.${name}`]: value });
  await using layer = await unpackEntries([
    file('a', '', { pax: { ...xattr('user.mime', 'text\0\n\\'), ...xattr('security.capability') } }),
    folder('d', {
      pax: { ...xattr('trusted.overlay.redirect', '/etc'), ...xattr('user.overlay.opaque', 'y') },
    }),
    file('b', '', { pax: { ...xattr('system.posix_acl_access'), ...xattr('user.a\nb') } }),
  ]);
  assert.deepEqual(xattrsOf(join(layer.folder, 'a')), ['user.mime=0sdGV4dAAKXA==']);
  assert.deepEqual(xattrsOf(join(layer.folder, 'd')), []);
  assert.deepEqual(xattrsOf(join(layer.folder, 'b')), []);
  assert.equal(layer.result.notes.length, 4);
  assert.match(layer.result.notes[0]?.reason ?? '', /security\.capability/);
});

test('owners that no Kontainer can have become nobody, with a note', async () => {
  await using layer = await unpackEntries([file('a', '', { pax: { uid: '1000650000' } })]);
  assert.equal(lstatSync(join(layer.folder, 'a')).uid, testIdBase + 65_534);
  assert.match(layer.result.notes[0]?.reason ?? '', /owners above 65535/);
});

test('later entries replace earlier ones, of any kind', async () => {
  await using layer = await unpackEntries([
    file('a', 'old'),
    file('a', 'new'),
    folder('b'),
    file('b/x', '', { pax: { 'SCHILY.xattr.user.k': 'v' } }),
    symlink('b', 'a'),
    symlink('c', 'a'),
    file('c', 'file'),
    file('d', 'file'),
    folder('d'),
    folder('e', { mode: 0o700 }),
    file('e/keep', 'kept'),
    folder('e', { mode: 0o711 }),
    hardLink('f', 'a'),
    hardLink('f', 'c'),
    file('c', 'other'),
  ]);
  const text = (path: string): string => readFileSync(join(layer.folder, path), 'utf8');
  assert.equal(text('a'), 'new');
  assert.ok(lstatSync(join(layer.folder, 'b')).isSymbolicLink());
  assert.equal(text('c'), 'other');
  assert.equal(text('f'), 'file', 'a replaced file does not change its other names');
  assert.ok(lstatSync(join(layer.folder, 'd')).isDirectory());
  assert.equal(text('e/keep'), 'kept');
  assert.equal(lstatSync(join(layer.folder, 'e')).mode & 0o777, 0o711);
});

test('an empty layer is a folder', async () => {
  await using layer = await unpackEntries(tarArchive([]));
  assert.equal(lstatSync(layer.folder).uid, testIdBase);
  assert.equal(layer.result.entries, 0);
});
