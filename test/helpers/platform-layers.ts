import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './program.ts';

export interface PlatformLayer {
  /** Of the blob, and of what it holds. */
  digest: string;
  diffId: string;
  blobPath: string;
}

interface ImageDocument {
  manifests?: { digest: string }[];
  config?: { digest?: string };
  layers?: { digest: string }[];
  rootfs?: { diff_ids: string[] };
}

/** Layers of the images that `make` has built, each once; the largest first. */
export function platformLayers(): PlatformLayer[] {
  const layers = new Map<string, PlatformLayer>();
  for (const path of globSync('build/{images,optional-images}/*/', { cwd: repository }))
    for (const layer of layersOf(join(repository, path))) layers.set(layer.diffId, layer);
  const size = ({ blobPath }: PlatformLayer): number => statSync(blobPath).size;
  return [...layers.values()].toSorted((a, b) => size(b) - size(a));
}

function layersOf(layout: string): PlatformLayer[] {
  const blobPath = (digest = ''): string => join(layout, 'blobs/sha256', digest.replace('sha256:', ''));
  const manifest = read(blobPath(read(join(layout, 'index.json')).manifests?.[0]?.digest));
  const { rootfs } = read(blobPath(manifest.config?.digest));
  return (manifest.layers ?? []).map(({ digest }, index) => ({
    digest,
    diffId: rootfs?.diff_ids[index] ?? '',
    blobPath: blobPath(digest),
  }));
}

const read = (path: string): ImageDocument => JSON.parse(readFileSync(path, 'utf8')) as ImageDocument;
