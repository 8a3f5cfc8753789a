import { createHash } from 'node:crypto';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface WorkingFolderPlace {
  /** Folder for all of them, with the same life as the mounts. */
  folders: string;
  /** The user of the host that is root inside. */
  idBase: number;
}

/**
 * The lowest layer of a root file system: an image may name a working folder that none of its layers has, which container
 * engines make. Below everything else, it changes nothing that the image does have. Undefined where none is needed.
 * @param path absolute, without `.` and `..`
 */
export async function workingFolderLayer(
  { folders, idBase }: WorkingFolderPlace,
  path: string,
): Promise<string | undefined> {
  if (path === '/') return undefined;
  const layer = join(folders, createHash('sha256').update(path).digest('hex'));
  await mkdir(join(layer, path), { recursive: true, mode: 0o755 });
  const names = path.split('/').slice(1);
  for (const end of names.keys()) await chown(join(layer, ...names.slice(0, end + 1)), idBase, idBase);
  return layer;
}
