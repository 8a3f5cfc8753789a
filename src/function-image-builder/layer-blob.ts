import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { exec } from '../lib/exec.ts';

/** A layer as a gzip-compressed blob `<blobs>/<hex of digest>`. */
export interface LayerBlob {
  digest: string;
  /** Digest of the uncompressed archive, as the image configuration lists it. */
  diffId: string;
  size: number;
}

export interface LayerRequest {
  /** What the layer holds; symbolic links are kept as links and never followed. */
  folder: string;
  /** Where the image has it, such as `/kubeless`. */
  path: string;
  /** Folder of the blobs. */
  blobs: string;
  timeoutMs: number;
  signal: AbortSignal;
}

/** One time stamp for everything, 2025-01-01: the same files give the same layer whenever they are packed. */
const epochSeconds = 1_735_689_600;

/**
 * Packs a folder reproducibly: sorted, without times, owned by root and readable by all (a function runs as another user
 * and cannot change itself), without set-user-id bits and hard links. Names and contents are all that counts.
 */
export async function packLayer(request: LayerRequest): Promise<LayerBlob> {
  const archive = join(request.blobs, `draft-${crypto.randomUUID()}.tar`);
  try {
    await makeArchive(archive, request);
    return await compress(archive, request);
  } finally {
    await rm(archive, { force: true });
    await rm(`${archive}.gz`, { force: true });
  }
}

function makeArchive(archive: string, { folder, path, timeoutMs, signal }: LayerRequest): Promise<unknown> {
  const args = [
    '--create',
    `--file=${archive}`,
    '--format=gnu',
    '--sort=name',
    '--hard-dereference',
    `--mtime=@${epochSeconds}`,
    '--numeric-owner',
    '--owner=0',
    '--group=0',
    '--mode=u+rwX,go+rX,go-w,a-s',
    // `flags=r`: names are moved, targets of links are not.
    `--transform=flags=r;s|^\\.|${path.slice(1)}|`,
    `--directory=${folder}`,
    '.',
  ];
  return exec('tar', args, { timeoutMs, signal, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } });
}

async function compress(archive: string, { blobs, signal }: LayerRequest): Promise<LayerBlob> {
  const [plain, packed] = [createHash('sha256'), createHash('sha256')];
  // Processor time is what a build lacks; the registry is near.
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  const target = `${archive}.gz`;
  const from = createReadStream(archive);
  await pipeline(from, hashing(plain), gzip, hashing(packed), createWriteStream(target), { signal });
  const hex = packed.digest('hex');
  const { size } = await stat(target);
  await rename(target, join(blobs, hex));
  return { digest: `sha256:${hex}`, diffId: `sha256:${plain.digest('hex')}`, size };
}

function hashing(hash: Hash): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* hashChunks(source) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
}
