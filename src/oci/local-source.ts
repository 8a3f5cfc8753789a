import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { hasErrno, PlatformError } from '../lib/errors.ts';
import type { ImageReference } from './reference.ts';

export interface LocalSourceRules {
  /** The platform's own folder: what it stores for one function is no source for another. */
  root: string;
  /** Folders under which images may lie. */
  allowed: readonly string[];
}

/** Whether a reference to a file or folder of this node may be used. Links are followed first. Throws `invalid`. */
export async function checkLocalSource(
  reference: ImageReference,
  { root, allowed }: LocalSourceRules,
): Promise<void> {
  if (reference.transport === 'docker') return;
  const path = await realPath(reference.path);
  const roots = await Promise.all(allowed.map((folder) => realpath(folder).catch(() => folder)));
  const own = await realpath(root).catch(() => root);
  if (!isUnder(path, own) && roots.some((folder) => isUnder(path, folder))) return;
  throw new PlatformError('invalid', 'Images of this folder cannot be used.', {
    hint: 'Put the image into a registry, or have its folder added to the local image folders of the downloader.',
  });
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) throw error;
    throw new PlatformError('invalid', 'The image does not exist on this node.', {
      cause: error,
      hint: 'Check the path in spec.image: it is one of the machine or pod that the downloader runs in.',
    });
  }
}

function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
