import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { smallArchive } from './small-archive.ts';
import { compression, type LayerBlob, type LayerRequest } from './layer-request.ts';

/**
 * Packs a folder reproducibly: sorted, without times, owned by root and readable by all (a function runs as another user
 * and cannot change itself), without set-user-id bits and hard links. Names and contents are all that counts.
 */
export async function packLayer(request: LayerRequest): Promise<LayerBlob> {
  const archive = smallArchive(request.folder, request.path);
  if (archive !== undefined) return await packSmall(archive, request.blobs);
  // Streams and programs take longer to load than a small folder to pack.
  const { packLargeLayer } = await import('./large-layer.ts');
  return await packLargeLayer(request);
}

async function packSmall(archive: Buffer, blobs: string): Promise<LayerBlob> {
  const packed = gzipSync(archive, compression);
  const hex = sha256(packed);
  await writeFile(join(blobs, hex), packed);
  return { digest: `sha256:${hex}`, diffId: `sha256:${sha256(archive)}`, size: packed.length };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
