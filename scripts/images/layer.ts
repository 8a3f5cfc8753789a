import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { hexOf, type Layer } from './layout.ts';

/** One time stamp for everything: 2025-01-01, so that the same files give the same layer. */
const epochSeconds = 1_735_689_600;

/**
 * Packs paths below `root` into a layer blob in `blobs`: sorted, owned by root unless `keepOwners`, without times.
 * `paths` are relative; a folder stands for itself only, not for what is in it.
 */
export async function packLayer(
  root: string,
  paths: readonly string[],
  blobs: string,
  keepOwners: boolean,
): Promise<Layer> {
  mkdirSync(blobs, { recursive: true });
  const owner = keepOwners ? [] : ['--owner=0', '--group=0'];
  const tar = spawn(
    'tar',
    ['--create', '--format=gnu', '--numeric-owner', `--mtime=@${epochSeconds}`, ...owner].concat([
      '--directory',
      root,
      '--no-recursion',
      '--null',
      '--verbatim-files-from',
      '--files-from=-',
    ]),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  tar.stdin.end(paths.toSorted().join('\0'));
  const ended = once(tar, 'exit');
  const layer = await storeCompressed(tar.stdout, blobs);
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar of ${root} failed with exit code ${String(code)}`);
  return layer;
}

async function storeCompressed(tar: Readable, blobs: string): Promise<Layer> {
  const draft = join(blobs, `draft-${process.pid}-${performance.now()}`);
  const plain = hashing();
  const compressed = hashing();
  await pipeline(tar, plain.stream, createGzip({ level: 6 }), compressed.stream, createWriteStream(draft));
  const layer = { digest: compressed.digest(), diffId: plain.digest(), size: statSync(draft).size };
  renameSync(draft, join(blobs, hexOf(layer.digest)));
  return layer;
}

function hashing(): { stream: Transform; digest: () => string } {
  const hash = createHash('sha256');
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, digest: () => `sha256:${hash.digest('hex')}` };
}

/** All paths below a folder, relative to it, the folder itself left out. */
export function listPaths(root: string): string[] {
  return execFileSync('find', ['.', '-mindepth', '1', '-print0'], { cwd: root, maxBuffer: 1 << 28 })
    .toString()
    .split('\0')
    .filter((path) => path !== '')
    .map((path) => path.slice(2));
}
