import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idBase } from '../../../src/oci/id-base.ts';
import {
  parseConfig,
  parseIndex,
  parseManifest,
  type ImageConfig,
} from '../../../src/oci/image-documents.ts';
import { digestHex, layerContentPath, layerPath } from '../../../src/oci/paths.ts';
import { unpackLayer as unpack } from '../../../src/oci/unpack/unpack-layer.ts';
import { defaultUnpackLimits } from '../../../src/oci/unpack/unpack-limits.ts';
import type { Workbench } from './workbench.ts';

export interface UnpackedImage {
  digest: string;
  /** Diff ids, lowest first. */
  layers: string[];
  config: ImageConfig;
}

/** Unpacks the layers of build/images/<name> to where faas-server finds them in the store; each layer once. */
export async function unpackImage({ root, store }: Workbench, name: string): Promise<UnpackedImage> {
  const layout = join(root, 'build/images', name);
  const blob = (digest: string) => join(layout, 'blobs/sha256', digestHex(digest));
  const [entry] = parseIndex(await readFile(join(layout, 'index.json'))).manifests;
  if (entry === undefined) throw new Error(`build/images/${name} is empty; run: make images`);
  const manifest = parseManifest(await readFile(blob(entry.digest)));
  const config = parseConfig(await readFile(blob(manifest.config.digest)));
  const layers = config.rootfs.diff_ids;
  for (const [index, { digest }] of manifest.layers.entries())
    await unpackLayer(store, { blobPath: blob(digest), digest, diffId: layers[index] ?? '' });
  return { digest: entry.digest, layers, config };
}

async function unpackLayer(
  store: string,
  layer: { blobPath: string; digest: string; diffId: string },
): Promise<void> {
  const folder = layerContentPath(store, layer.diffId);
  if (existsSync(folder)) return;
  await mkdir(folder, { recursive: true });
  const target = { folder, whiteoutTemplate: join(layerPath(store, layer.diffId), 'whiteout') };
  await unpack({ ...layer, target, idBase, limits: defaultUnpackLimits });
}
