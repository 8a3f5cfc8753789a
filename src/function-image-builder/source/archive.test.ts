import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  file,
  folder,
  hardLink,
  symlink,
  tarArchive,
  type ArchiveEntry,
} from '../../../test/helpers/tar-archive.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { UnpackLimits } from '../../oci/unpack/unpack-limits.ts';
import { SourceBudget } from './source-budget.ts';
import { unpackTar } from './unpack-tar.ts';
import { unpackZip } from './unpack-zip.ts';

const limits: UnpackLimits = { maxBytes: 1e7, maxEntries: 1000, maxDepth: 20 };

interface Place extends Disposable {
  root: string;
  output: string;
  tar(content: Buffer | readonly ArchiveEntry[], change?: Partial<UnpackLimits>): Promise<void>;
  zip(content: Buffer, change?: Partial<UnpackLimits>): Promise<void>;
}

function place(): Place {
  const root = mkdtempSync(join(tmpdir(), 'archive-'));
  const output = join(root, 'output');
  mkdirSync(output);
  const archive = join(root, 'archive');
  return {
    root,
    output,
    tar: async (content, change = {}) => {
      writeFileSync(archive, Buffer.isBuffer(content) ? content : tarArchive(content));
      await unpackTar(archive, output, new SourceBudget({ ...limits, ...change }));
    },
    zip: async (content, change = {}) => {
      writeFileSync(archive, content);
      await unpackZip(archive, output, new SourceBudget({ ...limits, ...change }));
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

/** Made by Python's zipfile, whatever its names are: [name, content, Unix mode]. */
function zipOf(
  entries: readonly [name: string, content: string, mode?: number][],
  method = 'ZIP_DEFLATED',
): Buffer {
  const program = `
import io, json, sys, zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, 'w', zipfile.${method}) as z:
    for name, content, mode in json.load(sys.stdin):
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = mode << 16
        info.compress_type = zipfile.${method}
        z.writestr(info, content)
sys.stdout.buffer.write(out.getvalue())`;
  const input = JSON.stringify(entries.map(([name, content, mode = 0o100644]) => [name, content, mode]));
  return execFileSync('python3', ['-c', program], { input, maxBuffer: 1e8 });
}

const refused = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof PlatformError && error.code === 'invalid', String(error));
  assert.match(error.message, pattern);
  assert.ok(error.hint !== undefined);
  return true;
};

test('tar archives of every usual compression are unpacked', async () => {
  const plain = tarArchive([
    folder('lib'),
    file('lib/a.py', 'a'),
    file('run', '#!', { mode: 0o755 }),
    symlink('lib/b', '../run'),
    hardLink('h', 'run'),
  ]);
  for (const program of ['cat', 'gzip', 'bzip2', 'xz', 'zstd']) {
    using it = place();
    await it.tar(execFileSync(program, { input: plain }));
    assert.equal(readFileSync(join(it.output, 'lib/a.py'), 'utf8'), 'a', program);
    assert.equal(statSync(join(it.output, 'run')).mode & 0o777, 0o755);
    assert.equal(readlinkSync(join(it.output, 'lib/b')), '../run');
    assert.equal(readFileSync(join(it.output, 'h'), 'utf8'), '#!');
  }
});

test('zip archives are unpacked, stored or deflated, with modes and links', async () => {
  for (const method of ['ZIP_STORED', 'ZIP_DEFLATED']) {
    using it = place();
    const big = 'x'.repeat(300_000);
    await it.zip(
      zipOf(
        [
          ['lib/', ''],
          ['lib/big', big],
          ['run', '#!', 0o100755],
          ['lib/link', '../run', 0o120777],
          ['empty', ''],
        ],
        method,
      ),
    );
    assert.equal(readFileSync(join(it.output, 'lib/big'), 'utf8'), big);
    assert.equal(statSync(join(it.output, 'run')).mode & 0o777, 0o755);
    assert.equal(readlinkSync(join(it.output, 'lib/link')), '../run');
    assert.equal(statSync(join(it.output, 'empty')).size, 0);
  }
});

const outside: [string, ArchiveEntry[]][] = [
  ['..', [file('../escaped')]],
  ['.. within', [file('a/../../escaped')]],
  ['an absolute name', [file('/tmp/escaped')]],
  ['a link out of it', [symlink('out', '../..')]],
  ['an absolute link', [symlink('out', '/etc')]],
  ['a link deep down that leads out', [folder('a'), symlink('a/out', '../../x')]],
  ['a file through a link', [folder('a'), symlink('l', 'a'), file('l/f')]],
  ['a folder through a link', [folder('a'), symlink('l', 'a'), folder('l/f')]],
  ['a hard link out of it', [hardLink('h', '../../etc/passwd')]],
  ['a hard link through a link', [folder('a'), file('a/f'), symlink('l', 'a'), hardLink('h', 'l/f')]],
  ['a hard link to a link', [symlink('l', 'x'), hardLink('h', 'l')]],
  ['a file below a file', [file('a'), file('a/b')]],
  ['a file in place of a folder', [folder('a'), file('a')]],
  ['a device', [{ path: 'null', type: '3' }]],
  ['a pipe', [{ path: 'pipe', type: '6' }]],
  ['no name', [file('./')]],
];

for (const [what, entries] of outside)
  test(`a tar archive with ${what} is refused and leaves nothing outside`, async () => {
    using it = place();
    if (what === 'no name') return await it.tar(entries);
    await assert.rejects(it.tar(entries), refused(/archive/));
    assert.ok(!existsSync(join(it.root, 'escaped')) && !existsSync('/tmp/escaped'));
  });

test('a zip archive that would leave its folder is refused', async () => {
  const hostile: Parameters<typeof zipOf>[0][] = [
    [['../escaped', 'x']],
    [['/tmp/escaped', 'x']],
    [['l', '/etc', 0o120777]],
    [['l', '../..', 0o120777]],
    [
      ['a/', ''],
      ['l', 'a', 0o120777],
      ['l/f', 'x'],
    ],
  ];
  for (const entries of hostile) {
    using it = place();
    await assert.rejects(it.zip(zipOf(entries)), refused(/cannot be unpacked safely/));
    assert.ok(!existsSync(join(it.root, 'escaped')));
  }
});

test('a link replaced by a file is not written through', async () => {
  using it = place();
  await it.tar([file('kept', 'old'), symlink('l', 'kept'), file('l', 'new')]);
  assert.equal(readFileSync(join(it.output, 'kept'), 'utf8'), 'old');
  assert.ok(lstatSync(join(it.output, 'l')).isFile());
});

test('bombs end at the limits', async () => {
  using it = place();
  await assert.rejects(
    it.tar(gzipSync(Buffer.alloc(1e7)), { maxBytes: 1e6 }),
    refused(/more than 1000000 bytes/),
  );
  await assert.rejects(
    it.zip(zipOf([['a', '0'.repeat(2e6)]]), { maxBytes: 1e6 }),
    refused(/more than 1000000 bytes/),
  );
  const many = Array.from({ length: 30 }, (_, index): [string, string] => [`f${index}`, '']);
  await assert.rejects(it.zip(zipOf(many), { maxEntries: 20 }), refused(/more than 20 files/));
  await assert.rejects(it.tar([file(`${'d/'.repeat(30)}f`)]), refused(/deeper/));
});

test('damaged, cut and encrypted archives are told in words', async () => {
  using it = place();
  const zip = zipOf([['hello.py', 'content '.repeat(100)]]);
  await assert.rejects(it.zip(zip.subarray(0, -30)), refused(/damaged/));
  await assert.rejects(it.zip(Buffer.from('no zip at all')), refused(/damaged/));
  await assert.rejects(it.zip(Buffer.alloc(0)), refused(/damaged/));
  const flipped = Buffer.from(zip);
  flipped[45] = (flipped[45] ?? 0) ^ 0xff;
  await assert.rejects(it.zip(flipped), refused(/damaged/));
  await assert.rejects(
    it.tar(gzipSync(tarArchive([file('a', 'x'.repeat(2000))])).subarray(0, 40)),
    refused(/damaged/),
  );
  await assert.rejects(it.tar(Buffer.from('no tar at all'.repeat(100))), refused(/archive/));
});

test('no bytes make the zip reader fail in another way, or write outside', async () => {
  using it = place();
  const sample = zipOf([
    ['a', 'hello'],
    ['d/b', 'x'.repeat(100)],
  ]);
  const changed = fc
    .array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 8 })
    .map((changes) => {
      const bytes = Buffer.from(sample);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
  const bytes = fc.oneof(
    changed,
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      try {
        await it.zip(content);
      } catch (error) {
        assert.ok(error instanceof PlatformError && error.code === 'invalid', String(error));
      }
    }),
    { numRuns: 200 },
  );
});
