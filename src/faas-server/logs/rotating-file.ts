import { appendFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasErrno } from '../../lib/errors.ts';
import { rotatedSuffix } from './log-paths.ts';

/** Appends, after the file was moved aside if it would become larger than `maxBytes`. One writer at a time. */
export async function appendRotating(path: string, text: string, maxBytes: number): Promise<void> {
  const bytes = await sizeOf(path);
  if (bytes === undefined) await mkdir(dirname(path), { recursive: true });
  else if (bytes > 0 && bytes + Buffer.byteLength(text) > maxBytes) await rename(path, path + rotatedSuffix);
  await appendFile(path, text);
}

export async function removeRotating(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(path + rotatedSuffix, { force: true });
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
