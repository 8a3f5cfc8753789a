import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { packLargeLayer } from './large-layer.ts';
import { packLayer } from './layer-blob.ts';
import { smallArchive } from './small-archive.ts';

function place() {
  const top = mkdtempSync(join(tmpdir(), 'archive-'));
  const [folder, blobs] = [join(top, 'folder'), join(top, 'blobs')];
  for (const path of [folder, blobs]) mkdirSync(path);
  return {
    folder,
    request: { folder, path: '/kubeless', blobs, timeoutMs: 10_000, signal: new AbortController().signal },
    [Symbol.dispose]: () => rmSync(top, { recursive: true }),
  };
}

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'a-b', 'a.py', 'ä', ' ', '-', "'"),
  fc.stringMatching(/^[^/\0.][^/\0]{0,8}$/),
);
const node = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
  kind: fc.constantFrom('file', 'folder', 'link', 'hard link'),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  content: fc.string({ maxLength: 600 }),
});

function make(
  folder: string,
  { path, kind, mode, content }: typeof node extends fc.Arbitrary<infer T> ? T : never,
) {
  const target = join(folder, path);
  try {
    mkdirSync(dirname(target), { recursive: true });
    if (kind === 'folder') mkdirSync(target);
    else if (kind === 'link') return symlinkSync(content.replaceAll('\0', '') || '.', target);
    else writeFileSync(target, content, { flag: 'wx' });
    if (kind === 'hard link') linkSync(target, `${target}2`);
    chmodSync(target, mode);
  } catch {
    // Something of that name is there.
  }
}

test('what is packed without tar is byte for byte what tar makes of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(node, { maxLength: 12 }), async (nodes) => {
      using it = place();
      for (const one of nodes) make(it.folder, one);
      const large = await packLargeLayer(it.request);
      const bytes = readFileSync(join(it.request.blobs, large.digest.slice(7)));
      const small = await packLayer(it.request);
      assert.deepEqual(small, large);
      assert.deepEqual(readFileSync(join(it.request.blobs, small.digest.slice(7))), bytes);
    }),
    { numRuns: 40 },
  );
});

test('tar packs what is large, has long names, or is no file', () => {
  const cases: Record<string, (folder: string) => void> = {
    'a large file': (folder) => writeFileSync(join(folder, 'f'), Buffer.alloc(2_000_000)),
    'large files together': (folder) => {
      for (const file of ['a', 'b', 'c']) writeFileSync(join(folder, file), Buffer.alloc(500_000));
    },
    'many files': (folder) => {
      for (let index = 0; index < 300; index += 1) writeFileSync(join(folder, String(index)), '');
    },
    'a long name': (folder) => writeFileSync(join(folder, 'x'.repeat(120)), ''),
    'a long link': (folder) => symlinkSync('x'.repeat(120), join(folder, 'l')),
    'a pipe': (folder) => void execFileSync('mkfifo', [join(folder, 'p')]),
    'a name that is no text': (folder) =>
      void execFileSync('sh', ['-c', 'cd "$0"; : > "$(printf "\\377")"', folder]),
    'no folder': (folder) => rmSync(folder, { recursive: true }),
  };
  for (const [what, prepare] of Object.entries(cases)) {
    using it = place();
    assert.ok(smallArchive(it.folder, '/kubeless'), what);
    prepare(it.folder);
    assert.equal(smallArchive(it.folder, '/kubeless'), undefined, what);
  }
});
