import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { KeyToPath } from '../kinds.ts';
import type { ObjectData } from './object-reader.ts';
import { configError } from './pod-failure.ts';

export interface VolumeFile {
  /** Relative; never leads out of the volume. */
  path: string;
  content: Buffer;
  mode: number;
}

export interface Projection {
  /** For messages, such as `configmap "a"`. */
  what: string;
  items?: readonly KeyToPath[] | undefined;
  defaultMode?: number | undefined;
  optional?: boolean | undefined;
}

/** The files of a volume made of a Secret or ConfigMap: all keys, or those that `items` names. Throws PodFailure. */
export function projectFiles(
  data: ObjectData | undefined,
  { what, items, defaultMode = 0o644, optional = false }: Projection,
): VolumeFile[] {
  if (data === undefined) {
    if (optional) return [];
    throw configError(`${what} not found`);
  }
  const wanted: readonly KeyToPath[] = items ?? Object.keys(data).map((key) => ({ key, path: key }));
  return wanted.flatMap(({ key, path, mode = defaultMode }) => {
    const content = data[key];
    if (content !== undefined) return [{ path: checkedPath(path, what), content, mode: mode & 0o777 }];
    if (optional) return [];
    throw configError(`${what} references non-existent config key: ${key}`);
  });
}

function checkedPath(path: string, what: string): string {
  const plain = normalize(path);
  if (
    plain !== '' &&
    !plain.startsWith('/') &&
    plain !== '.' &&
    !plain.split('/').includes('..') &&
    !plain.includes('\0')
  )
    return plain;
  throw configError(`${what}: the path ${JSON.stringify(path)} leads out of the volume`);
}

/** Owner on the machine of what a pod calls root, and the group that all its containers are in. */
export interface VolumeOwner {
  uid: number;
  gid: number;
  /** Whether the group was asked for (fsGroup): then it may read. */
  shared: boolean;
}

/** Writes them below a folder that is there and empty. */
export async function writeFiles(
  folder: string,
  files: readonly VolumeFile[],
  owner: VolumeOwner,
): Promise<void> {
  for (const { path, content, mode } of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await writeFile(target, content, { flag: 'wx', mode: 0o600 });
    await chown(target, owner.uid, owner.gid);
    await chmod(target, owner.shared ? mode | 0o440 : mode);
  }
}
