import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../../src/lib/errors.ts';
import { layersPath } from '../../src/oci/paths.ts';
import { repository } from './program.ts';

/**
 * Layers of the platform's images, as homes of tests before this one unpacked them: seconds of a processor for thousands of
 * files that are the same each time. Homes link them (src/oci/near-layers.ts). Unpacking has tests with images of their own,
 * and the first home of a run unpacks.
 */
export const layerSeed = join(repository, 'build/test-layers');

/** From a home that is about to go: what others can use. */
export function keepLayers(roots: readonly string[]): void {
  const wanted = platformLayers();
  mkdirSync(layersPath(layerSeed), { recursive: true, mode: 0o700 });
  for (const name of readdirSync(layersPath(layerSeed)))
    if (!wanted.has(name)) rmSync(join(layersPath(layerSeed), name), { recursive: true, force: true });
  for (const root of roots)
    for (const name of wanted) keepLayer(join(layersPath(root), name), join(layersPath(layerSeed), name));
}

function keepLayer(from: string, to: string): void {
  if (existsSync(to) || !existsSync(from) || statSync(from).dev !== statSync(layerSeed).dev) return;
  try {
    renameSync(from, to);
  } catch (error) {
    // Another test was first.
    if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

interface ImageDocument {
  manifests?: { digest: string }[];
  config?: { digest?: string };
  rootfs?: { diff_ids: string[] };
}

/** Names of their folders. */
function platformLayers(): Set<string> {
  const names = new Set<string>();
  for (const path of globSync('build/{images,optional-images}/*/', { cwd: repository })) {
    const layout = join(repository, path);
    const blob = (digest = ''): ImageDocument =>
      read(join(layout, 'blobs/sha256', digest.replace('sha256:', '')));
    const [manifest] = read(join(layout, 'index.json')).manifests ?? [];
    const { rootfs } = blob(blob(manifest?.digest).config?.digest);
    for (const diffId of rootfs?.diff_ids ?? []) names.add(diffId.replace('sha256:', ''));
  }
  return names;
}

const read = (path: string): ImageDocument => JSON.parse(readFileSync(path, 'utf8')) as ImageDocument;
