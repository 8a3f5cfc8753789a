import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { exec } from '../lib/exec.ts';
import { compression, type LayerBlob, type LayerRequest } from './layer-request.ts';
import { epochSeconds } from './small-archive.ts';

/** A folder of any size, with tar(1) and in streams. */
export async function packLargeLayer(request: LayerRequest): Promise<LayerBlob> {
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
  const gzip = createGzip(compression);
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
