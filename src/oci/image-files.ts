import { constants } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, PlatformError } from '../lib/errors.ts';

/** A layer as unpacked on disk. */
export interface LayerFolder {
  path: string;
  /** Folders (relative, '' for the root) that hide what lower layers have in them. */
  opaque: ReadonlySet<string>;
}

export const maxHops = 40;

/** A path within an image, and the layers that have a folder there: the top one first. */
export interface Place {
  path: string;
  layers: readonly LayerFolder[];
}

type Found =
  | { kind: 'folder'; layers: readonly LayerFolder[] }
  | { kind: 'file'; file: string }
  | { kind: 'link'; target: string };

/**
 * Reads a file as a Kontainer would see it, without mounting: upper layers win, whiteouts hide, symbolic links are
 * followed within the image. Null when it is not there or no plain file. Layers lowest first.
 */
export async function readImageFile(
  layers: readonly LayerFolder[],
  path: string,
  maxBytes: number,
): Promise<Buffer | null> {
  const trail: Place[] = [{ path: '', layers: layers.toReversed() }];
  const queue = parts(path);
  for (let hops = 0; hops <= maxHops;) {
    const part = queue.shift();
    if (part === undefined) return null;
    const found = await step(trail, part);
    if (found === null) return null;
    if (found.kind === 'file') return queue.length === 0 ? readPlainFile(found.file, maxBytes) : null;
    if (found.kind === 'folder') continue;
    hops += 1;
    if (found.target.startsWith('/')) trail.splice(1);
    queue.unshift(...parts(found.target));
  }
  return null;
}

/** Looks a part up in the last place of the trail, and walks on where it is a folder. */
export async function step(trail: Place[], part: string): Promise<Found | null> {
  const here = trail.at(-1);
  if (here === undefined) return null;
  if (part === '..') {
    if (trail.length > 1) trail.pop();
    return { kind: 'folder', layers: here.layers };
  }
  const found = await lookUp(here, part);
  if (found?.kind === 'folder') trail.push({ path: join(here.path, part), layers: found.layers });
  return found;
}

export const parts = (path: string): string[] =>
  path.split('/').filter((part) => part !== '' && part !== '.');

/** What overlayfs would show under a name: see the kernel's filesystems/overlayfs.rst. */
async function lookUp({ path, layers }: Place, name: string): Promise<Found | null> {
  const folders: LayerFolder[] = [];
  const inner = join(path, name);
  for (const layer of layers) {
    const file = join(layer.path, inner);
    const stats = await lstat(file).catch(ignoreMissing);
    if (stats === null) continue;
    if (!stats.isDirectory()) {
      if (folders.length > 0 || stats.isCharacterDevice()) break;
      return stats.isSymbolicLink() ? { kind: 'link', target: await readlink(file) } : { kind: 'file', file };
    }
    folders.push(layer);
    if (layer.opaque.has(inner)) break;
  }
  return folders.length === 0 ? null : { kind: 'folder', layers: folders };
}

async function readPlainFile(file: string, maxBytes: number): Promise<Buffer | null> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return null;
    if (stats.size <= maxBytes) return await handle.readFile();
    throw new PlatformError('invalid', 'A file that says how to start the image is too large.', {
      hint: 'Keep /etc/passwd and /etc/group of the image small.',
    });
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: unknown): null {
  if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return null;
  throw error;
}
