import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, linkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlatformError } from '../../lib/errors.ts';
import {
  file,
  folder,
  hardLink,
  symlink,
  tarArchive,
  type ArchiveEntry,
} from '../../../test/helpers/tar-archive.ts';
import type { TarEntry } from './entry.ts';
import { parsePax } from './pax.ts';
import { TarParser } from './tar-parser.ts';

interface Parsed extends TarEntry {
  content: string;
}

function parse(archive: Buffer, chunkSizes: readonly number[] = [archive.length]): Parsed[] {
  const entries: Parsed[] = [];
  let open = false;
  const parser = new TarParser({
    entry: (entry) => {
      assert.ok(!open, 'the entry before has ended');
      open = true;
      entries.push({ ...entry, content: '' });
    },
    data: (chunk) => {
      const last = entries.at(-1);
      if (last !== undefined) last.content += chunk.toString('latin1');
    },
    entryEnd: () => (open = false),
  });
  let offset = 0;
  for (let i = 0; offset < archive.length; i += 1) {
    const size = chunkSizes[i % chunkSizes.length] ?? 1;
    parser.write(archive.subarray(offset, offset + size));
    offset += size;
  }
  parser.end();
  assert.ok(!open, 'the last entry has ended');
  return entries;
}

const refusal = (archive: Buffer): unknown => {
  try {
    parse(archive);
  } catch (error) {
    return error instanceof PlatformError && error.code === 'invalid' ? error.message : error;
  }
  return undefined;
};

test('an entry has all that its header says', () => {
  const [entry] = parse(tarArchive([file('a/b', 'hello', { mode: 0o4755, uid: 1, gid: 2, mtime: 3 })]));
  assert.deepEqual(entry, {
    path: 'a/b',
    type: 'file',
    size: 5,
    mode: 0o4755,
    uid: 1,
    gid: 2,
    mtime: 3,
    linkPath: '',
    xattrs: new Map(),
    content: 'hello',
  });
});

test('links, folders and old folder names have their types, and no content', () => {
  const entries = parse(
    tarArchive([
      folder('d'),
      symlink('s', 'd'),
      hardLink('h', 's'),
      { path: 'old/' },
      { path: 'n', type: '\0' },
    ]),
  );
  assert.deepEqual(
    entries.map(({ type, linkPath }) => `${type} ${linkPath}`),
    ['directory ', 'symlink d', 'hardlink s', 'directory ', 'file '],
  );
});

test('PAX values win over the header, and keep bytes that are no text', () => {
  const long = `long/${'x'.repeat(300)}`;
  const pax = {
    path: long,
    size: '3',
    uid: '3000000000',
    mtime: '1.5',
    'SCHILY.xattr.user.a': '\xff\0=\n',
    comment: '',
  };
  const [entry, next] = parse(tarArchive([file('short', 'abc', { pax, size: 0 }), file('next')]));
  assert.equal(entry?.path, long);
  assert.equal(entry.content, 'abc');
  assert.equal(entry.uid, 3_000_000_000);
  assert.equal(entry.mtime, 1.5);
  assert.deepEqual(entry.xattrs, new Map([['user.a', Buffer.from('\xff\0=\n', 'latin1')]]));
  assert.equal(next?.path, 'next', 'they are for one entry only');
});

test('GNU long names, ustar prefixes, base 256 and global headers are understood', () => {
  const prefixed = file('name', '', { change: (block) => block.write('some/prefix', 345) });
  const gnu = (block: Buffer): void => {
    block.write('ustar  \0', 257, 'latin1');
    block.write('14000000000', 345, 'latin1');
  };
  const big = file('x', '', {
    change: (block) => block.fill(0, 108, 116).writeUInt8(0x80, 108) && block.writeUInt32BE(70_000, 112),
  });
  const global: ArchiveEntry = { path: 'pax_global_header', type: 'g', content: '19 comment=no harm\n' };
  const entries = parse(
    tarArchive([
      global,
      file('', '', { gnuLongPath: 'y'.repeat(200) }),
      prefixed,
      file('gnu', '', { change: gnu }),
      big,
    ]),
  );
  assert.deepEqual(
    entries.map(({ path }) => path),
    ['y'.repeat(200), 'some/prefix/name', 'gnu', 'x'],
  );
  assert.equal(entries.at(-1)?.uid, 70_000);
});

const broken: [string, Buffer][] = [
  ['a wrong checksum', tarArchive([file('a', '', { wrongChecksum: true })])],
  ['a negative size', tarArchive([file('a', '', { size: '\xff'.repeat(12) })])],
  ['a size that is no number', tarArchive([file('a', '', { size: '99' })])],
  [
    'an impossible size',
    tarArchive([file('a', '', { size: '\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff' })]),
  ],
  ['content that is cut', tarArchive([file('a', 'x'.repeat(1000))]).subarray(0, 900)],
  ['a header that is cut', tarArchive([file('a')]).subarray(0, 100)],
  [
    'an extended header without its entry',
    tarArchive([{ path: 'x', type: 'x', content: '9 path=a\n' }]).subarray(0, 1024),
  ],
  ['a negative PAX size', tarArchive([file('a', '', { pax: { size: '-1' } })])],
  ['a huge extended header', tarArchive([{ path: 'x', type: 'x', content: 'x'.repeat(1_100_000) }])],
  ['a zero byte in a name', tarArchive([file('a', '', { pax: { path: 'a\0b' } })])],
  ['an old sparse file', tarArchive([file('a', '', { type: 'S' })])],
  ['a PAX sparse file', tarArchive([file('a', '', { pax: { 'GNU.sparse.major': '1' } })])],
  ['an unknown type', tarArchive([file('a', '', { type: 'V' })])],
  ['no archive at all', Buffer.from('x'.repeat(2000))],
];

for (const [what, archive] of broken) {
  test(`an archive with ${what} is refused with a reason`, () => {
    assert.equal(typeof refusal(archive), 'string', String(refusal(archive)));
  });
}

for (const text of [
  'x',
  '0 a=b\n',
  '5 a=b',
  '6 a=b\n\n',
  '99 a=b\n',
  '-1 a=b\n',
  '4 =\n\n',
  '1 ',
  '10 path\n12',
]) {
  test(`the extended header ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parsePax(Buffer.from(text)), { code: 'invalid' });
  });
}

test('how an archive is cut into chunks makes no difference', () => {
  const archive = tarArchive([
    folder('d'),
    file('d/a', 'x'.repeat(1234), { pax: { 'SCHILY.xattr.user.k': 'v', path: 'p'.repeat(200) } }),
    file('d/empty'),
    file('d/full', 'y'.repeat(1024)),
    symlink('s', 'd'),
  ]);
  const whole = parse(archive);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      assert.deepEqual(parse(archive, sizes), whole);
    }),
  );
});

test('damaged archives are refused or read, and nothing else', () => {
  const archive = tarArchive([
    folder('d'),
    file('a', 'abc', { pax: { path: 'long', mtime: '1.5' } }),
    symlink('s', 'a'),
  ]);
  const change = fc.record({ at: fc.nat(archive.length - 1), to: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.boolean(), (changes, fixed) => {
      const damaged = Buffer.from(archive);
      for (const { at, to } of changes) damaged[at] = to;
      if (fixed) fixChecksums(damaged);
      const result = refusal(damaged);
      assert.ok(result === undefined || typeof result === 'string', String(result));
    }),
    { numRuns: 3000 },
  );
});

/** So that damage gets past the checksum. */
function fixChecksums(archive: Buffer): void {
  for (let start = 0; start + 512 <= archive.length; start += 512) {
    const block = archive.subarray(start, start + 512);
    if (block.toString('latin1', 257, 262) !== 'ustar') continue;
    block.fill(' ', 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
}

test('what GNU tar writes is read, in each of its formats', () => {
  const root = mkdtempSync(join(tmpdir(), 'kontain-tar-'));
  try {
    const deep = join('d'.repeat(60), 'e'.repeat(60), 'f'.repeat(60));
    mkdirSync(join(root, deep), { recursive: true });
    writeFileSync(join(root, deep, 'ä'), 'content');
    linkSync(join(root, deep, 'ä'), join(root, 'hard'));
    symlinkSync('x'.repeat(150), join(root, 'soft'));
    for (const format of ['gnu', 'pax', 'ustar']) {
      const names = format === 'ustar' ? ['hard', 'soft-not'] : ['hard', 'soft'];
      if (format === 'ustar') symlinkSync('x', join(root, 'soft-not'));
      const archive = execFileSync('tar', [`--format=${format}`, '-C', root, '-c', ...names, '--', deep]);
      const entries = parse(archive);
      const name = Buffer.from(join(deep, 'ä')).toString('latin1');
      const linked = entries.find(({ path }) => path === name);
      assert.equal(linked?.type, 'hardlink');
      assert.equal(linked.linkPath, 'hard');
      assert.equal(entries[0]?.content, 'content');
      if (format !== 'ustar') assert.equal(entries[1]?.linkPath, 'x'.repeat(150));
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});
