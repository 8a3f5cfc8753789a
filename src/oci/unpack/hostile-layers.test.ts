import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlatformError } from '../../lib/errors.ts';
import { file, folder, hardLink, symlink, type ArchiveEntry } from '../../../test/helpers/tar-archive.ts';
import { unpackEntries } from '../../../test/helpers/unpacked-layer.ts';

const refused: [string, ArchiveEntry[], RegExp][] = [
  ['a path that climbs out', [file('../escape', 'x')], /leads out/],
  ['a path that climbs out later', [file('a/../../escape', 'x')], /leads out/],
  ['a hard link out by ..', [hardLink('a', '../../etc/passwd')], /out of the image/],
  ['a hard link to nothing', [hardLink('a', 'nothing')], /layer does not have/],
  ['a hard link to an absolute path', [hardLink('a', '/etc/passwd')], /layer does not have/],
  ['a hard link to a folder', [folder('d'), hardLink('a', 'd')], /layer does not have/],
  ['a hard link to a whiteout', [file('.wh.w'), hardLink('a', 'w')], /layer does not have/],
  [
    'a hard link through a link out',
    [symlink('s', '/etc'), hardLink('a', 's/passwd')],
    /layer does not have/,
  ],
  ['a hard link to the root', [hardLink('a', '/')], /layer does not have/],
  ['a character device', [{ path: 'mem', type: '3' }], /is a device/],
  ['a block device', [{ path: 'etc/sda', type: '4' }], /is a device/],
  ['a device behind a link to dev', [symlink('d', 'dev'), { path: 'd/sda', type: '4' }], /is a device/],
  ['a root that is a file', [file('.', 'x')], /root folder/],
  ['a root that is a link', [symlink('/', '/etc')], /root folder/],
  ['a file below a file', [file('a', 'x'), file('a/b', 'x')], /file and a folder/],
  ['links in a circle', [symlink('a', 'b'), symlink('b', 'a'), file('a/f', 'x')], /too many links/],
  ['a name of 256 bytes', [file('f', 'x', { pax: { path: 'n'.repeat(256) } })], /longer names/],
  [
    'a folder that a link makes and that has such a name',
    [{ ...symlink('a', 'n'), pax: { linkpath: 'n'.repeat(256) } }, file('a/f')],
    /longer names/,
  ],
  ['a link of 4096 bytes', [{ ...symlink('a', 'n'), pax: { linkpath: 'n/'.repeat(2048) } }], /longer links/],
  [
    'an attribute of 64 KiB and a byte',
    [file('a', 'x', { pax: { 'SCHILY.xattr.user.x': 'y'.repeat(65_537) } })],
    /more than 65536 bytes/,
  ],
  ['a whiteout of nothing', [file('.wh.')], /hides no file/],
  ['a whiteout of the folder above', [file('d/.wh...')], /hides no file/],
  ['a link to nothing', [symlink('a', '')], /link to nothing/],
];

for (const [what, entries, reason] of refused) {
  test(`${what} is refused`, async () => {
    await assert.rejects(unpackEntries(entries), { code: 'invalid', message: reason });
  });
}

test('absolute paths and links stay inside', async () => {
  await using layer = await unpackEntries([
    file('/etc/absolute', 'inside'),
    symlink('up', '../../../../..'),
    file('up/climbed', 'inside'),
    symlink('abs', '/target/deep'),
    file('abs/file', 'inside'),
    hardLink('hard', '/etc/absolute'),
    symlink('through', 'etc/absolute'),
    file('through', 'a file of its own'),
  ]);
  const text = (path: string): string => readFileSync(join(layer.folder, path), 'utf8');
  assert.equal(text('etc/absolute'), 'inside');
  assert.equal(text('climbed'), 'inside');
  assert.equal(text('target/deep/file'), 'inside');
  assert.equal(text('hard'), 'inside');
  assert.equal(text('through'), 'a file of its own');
  assert.deepEqual(readdirSync(layer.home).toSorted(), ['blob', 'fs']);
});

test('attributes and times of a folder that became a link do not go through the link', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'kontain-outside-'));
  try {
    writeFileSync(join(outside, 'x'), '');
    const before = lstatSync(join(outside, 'x'));
    await using layer = await unpackEntries([
      folder('d', { mtime: 5 }),
      file('d/x', '', { pax: { 'SCHILY.xattr.user.k': 'v' } }),
      folder('d/y', { mtime: 5 }),
      symlink('d', outside),
    ]);
    assert.ok(lstatSync(join(layer.folder, 'd')).isSymbolicLink());
    assert.deepEqual(lstatSync(join(outside, 'x')), before);
    assert.ok(!existsSync(join(outside, 'y')));
  } finally {
    rmSync(outside, { recursive: true });
  }
});

test('device nodes in /dev and named pipes are left out with a note', async () => {
  await using layer = await unpackEntries([
    folder('dev'),
    { path: 'dev/null', type: '3' },
    { path: './dev/sda', type: '4' },
    { path: 'pipe', type: '6' },
  ]);
  assert.deepEqual(readdirSync(layer.folder), ['dev']);
  assert.deepEqual(readdirSync(join(layer.folder, 'dev')), []);
  assert.deepEqual(
    layer.result.notes.map(({ count, example }) => `${count} ${example}`),
    ['2 "dev/null"', '1 "pipe"'],
  );
});

test('no order of entries writes outside of the folder', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'kontain-outside-'));
  const part = fc.constantFrom('a', 'b', 'c', '.wh.a', '.wh..wh..opq', '..', '.', '');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const target = fc.oneof(
    path,
    path.map((inner) => `/${inner}`),
    fc.constant(outside),
  );
  const entry = fc.record<ArchiveEntry>({
    path: fc.oneof(
      path,
      path.map((inner) => `/${inner}`),
    ),
    type: fc.constantFrom('0', '0', '1', '2', '2', '5', '6'),
    content: fc.constant(''),
    linkPath: target,
    pax: fc.constantFrom({}, { 'SCHILY.xattr.user.k': 'v' }),
  });
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async (entries) => {
        try {
          await using layer = await unpackEntries(entries);
          assert.deepEqual(readdirSync(layer.home).toSorted(), ['blob', 'fs']);
        } catch (error) {
          if (!(error instanceof PlatformError && error.code === 'invalid')) throw error;
        }
        assert.deepEqual(readdirSync(outside), []);
      }),
      { numRuns: 400 },
    );
  } finally {
    rmSync(outside, { recursive: true });
  }
});
