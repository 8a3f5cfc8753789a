import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { PlatformError } from '../../lib/errors.ts';
import { TarParser } from '../tar/tar-parser.ts';
import { decompressorFor } from './decompress.ts';
import { LayerWriter } from './layer-writer.ts';
import type { Note } from './notes.ts';
import { UnpackBudget, type UnpackLimits } from './unpack-limits.ts';

export interface UnpackRequest {
  /** The layer's blob: a tar archive, plain or compressed by gzip or zstd. */
  blobPath: string;
  /** Digest that the blob must have. */
  digest: string;
  /** Digest that the decompressed archive must have. */
  diffId: string;
  /** An empty folder for the content and a path beside it for a helper file; null to check the digests only. */
  target: { folder: string; whiteoutTemplate: string } | null;
  idBase: number;
  limits: UnpackLimits;
}

export interface UnpackResult {
  bytes: number;
  entries: number;
  /** Folders that hide what lower layers have in them: byte strings relative to the root (latin1). */
  opaque: string[];
  notes: Note[];
}

/**
 * Unpacks a layer, and checks both digests on the way: a rejection means that the folder is worth nothing. Blocks the
 * event loop while it writes a piece: see unpack-pool.ts. Rejects with `invalid` for a layer that is broken or refused.
 */
export async function unpackLayer(request: UnpackRequest, signal?: AbortSignal): Promise<UnpackResult> {
  const budget = new UnpackBudget(request.limits);
  const { target, idBase } = request;
  using writer = target === null ? null : new LayerWriter({ ...target, idBase, budget });
  const digest = createHash('sha256');
  const diffId = createHash('sha256');
  const parser = writer === null ? null : new TarParser(writer);
  const decompressor = await decompressorFor(request.blobPath);
  const blob = createReadStream(request.blobPath, { highWaterMark: 1024 * 1024 });
  const write = async (archive: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of archive) {
      signal?.throwIfAborted();
      budget.addBytes(chunk.length);
      diffId.update(chunk);
      parser?.write(chunk);
    }
  };
  await pipeline(blob, hashing(digest), decompressor, write).catch(explainDecompression);
  parser?.end();
  check('blob', request.digest, digest);
  check('content', request.diffId, diffId);
  writer?.finish();
  const { bytes, entries } = budget;
  return { bytes, entries, opaque: writer?.opaque() ?? [], notes: writer?.notes.list() ?? [] };
}

function hashing(hash: Hash): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* hashChunks(source) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
}

function check(what: string, expected: string, hash: Hash): void {
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual === expected) return;
  throw new PlatformError(
    'invalid',
    `The ${what} of a layer does not have the digest that the image names.`,
    {
      hint: 'Build and push the image again.',
      data: { expected, actual },
    },
  );
}

/** zlib's errors have codes of their own (Z_DATA_ERROR, ZSTD_error_…); those of the file system go through. */
function explainDecompression(error: unknown): never {
  if (error instanceof Error && 'code' in error && /^(Z_|ZSTD_|ERR_ZLIB)/.test(String(error.code))) {
    throw new PlatformError('invalid', `A layer cannot be decompressed: ${error.message}.`, {
      cause: error,
      hint: 'Build and push the image again.',
    });
  }
  throw error;
}
