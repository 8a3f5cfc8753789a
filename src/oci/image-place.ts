import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '../lib/errors.ts';
import { maxHops, parts, step, type LayerFolder, type Place } from './image-files.ts';

export interface ImageFolder {
  /** Relative to the root; without symbolic links. */
  path: string;
  mode: number;
  /** As on disk: shifted (id-base.ts). */
  uid: number;
  gid: number;
}

/** Where a path leads in an image. */
export interface ImagePlace {
  /** Relative to the root; without symbolic links. */
  path: string;
  kind: 'folder' | 'file' | 'missing';
  /** Folders of the image on the way to it, from the top, itself included if it is one. */
  folders: ImageFolder[];
}

/** Follows a path as a Kontainer would, as far as the image has it. Layers lowest first. Throws `invalid`. */
export async function findPlace(layers: readonly LayerFolder[], path: string): Promise<ImagePlace> {
  const trail: Place[] = [{ path: '', layers: layers.toReversed() }];
  const queue = parts(path);
  for (let hops = 0; hops <= maxHops;) {
    const part = queue.shift();
    if (part === undefined) return placeOf(trail, 'folder', []);
    const found = await step(trail, part);
    if (found === null) return placeOf(trail, 'missing', withoutParents(path, [part, ...queue]));
    if (found.kind === 'folder') continue;
    if (found.kind === 'file') {
      if (queue.length === 0) return placeOf(trail, 'file', [part]);
      throw unusable(path, `/${join(trail.at(-1)?.path ?? '', part)} is a file in the image`);
    }
    hops += 1;
    if (found.target.startsWith('/')) trail.splice(1);
    queue.unshift(...parts(found.target));
  }
  throw unusable(path, 'the image has too many symbolic links there');
}

async function placeOf(
  trail: readonly Place[],
  kind: ImagePlace['kind'],
  rest: string[],
): Promise<ImagePlace> {
  const folders = await Promise.all(trail.slice(1).map(statOf));
  return { path: join(trail.at(-1)?.path ?? '', ...rest), kind, folders };
}

/** The topmost layer says what a folder is like. */
async function statOf({ path, layers: [top] }: Place): Promise<ImageFolder> {
  const { mode, uid, gid } = await lstat(join(top?.path ?? '', path));
  return { path, mode: mode & 0o7777, uid, gid };
}

function withoutParents(path: string, rest: string[]): string[] {
  if (!rest.includes('..')) return rest;
  throw unusable(path, 'a symbolic link of the image leads nowhere there');
}

function unusable(path: string, why: string): PlatformError {
  return new PlatformError('invalid', `Nothing can be put at ${path}: ${why}.`, {
    hint: 'Choose another place.',
  });
}
