import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { idBase } from '../../src/oci/id-base.ts';
import { metadataFile } from '../../src/oci/layer-metadata.ts';
import { layerPath, layersPath } from '../../src/oci/paths.ts';
import { defaultUnpackLimits } from '../../src/oci/unpack/unpack-limits.ts';
import { UnpackPool } from '../../src/oci/unpack/unpack-pool.ts';
import { platformLayers, type PlatformLayer } from './platform-layers.ts';
import { repository } from './program.ts';

/**
 * Layers of the platform's images, unpacked before the tests begin: half a minute of a processor for thousands of files that
 * are the same in each home. Homes link them (src/oci/near-layers.ts). Unpacking has tests with images of their own.
 */
export const layerSeed = join(repository, 'build/test-layers');

/** Unpacks what is not there yet, and removes what no image has any more. */
export async function seedLayers(): Promise<void> {
  mkdirSync(layersPath(layerSeed), { recursive: true, mode: 0o700 });
  const wanted = platformLayers();
  removeOthers(wanted);
  const missing = wanted.filter(({ diffId }) => !existsSync(layerPath(layerSeed, diffId)));
  const pool = new UnpackPool();
  const unpackSome = async (): Promise<void> => {
    for (let layer = missing.shift(); layer !== undefined; layer = missing.shift()) await unpack(pool, layer);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, unpackSome));
}

function removeOthers(wanted: readonly PlatformLayer[]): void {
  const names = new Set(wanted.map(({ diffId }) => basename(layerPath(layerSeed, diffId))));
  for (const name of readdirSync(layersPath(layerSeed)))
    if (!names.has(name)) rmSync(join(layersPath(layerSeed), name), { recursive: true, force: true });
}

/** As src/oci/layer-store.ts leaves it. */
async function unpack(pool: UnpackPool, { digest, diffId, blobPath }: PlatformLayer): Promise<void> {
  const draft = join(layersPath(layerSeed), `.tmp-${randomUUID()}`);
  const target = { folder: join(draft, 'fs'), whiteoutTemplate: join(draft, 'whiteout') };
  mkdirSync(target.folder, { recursive: true, mode: 0o700 });
  const request = { digest, diffId, blobPath, target, idBase, limits: defaultUnpackLimits };
  const result = await pool.run(request, new AbortController().signal);
  writeFileSync(metadataFile(draft), JSON.stringify({ ...result, blobs: [digest] }));
  renameSync(draft, layerPath(layerSeed, diffId));
}
