import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../lib/errors.ts';

const repositories = 'docker/registry/v2/repositories';

/**
 * Removes the uploads of a registry that nobody has written to since a time, as whoever was sending them was killed: the registry
 * would keep them for good.
 * @param data folder of the registry's blobs
 * @param beforeMs since the epoch
 */
export async function sweepUploads(data: string, beforeMs: number): Promise<void> {
  await sweepFolder(join(data, repositories), beforeMs);
}

/** What begins with an underscore is the registry's, anything else a part of a repository's name. */
async function sweepFolder(folder: string, beforeMs: number): Promise<void> {
  for (const name of await names(folder)) {
    const path = join(folder, name);
    if (name === '_uploads') await removeIdle(path, beforeMs);
    else if (!name.startsWith('_')) await sweepFolder(path, beforeMs);
  }
}

async function removeIdle(uploads: string, beforeMs: number): Promise<void> {
  for (const id of await names(uploads)) {
    const upload = join(uploads, id);
    if ((await lastWrite(upload)) < beforeMs) await rm(upload, { recursive: true, force: true });
  }
}

async function lastWrite(upload: string): Promise<number> {
  const paths = [upload, ...(await names(upload)).map((name) => join(upload, name))];
  const times = await Promise.all(
    paths.map((path) => stat(path).then(({ mtimeMs }) => mtimeMs, absentAs(0))),
  );
  return Math.max(...times);
}

/** Of a folder; none where it is gone, which is what the registry does with an upload that is done. */
async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(absentAs<string[]>([]));
}

function absentAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return value;
    throw error;
  };
}
