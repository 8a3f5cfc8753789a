import { open, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { hasErrno } from '../../lib/errors.ts';
import { rotatedSuffix } from './log-paths.ts';

/** A file as long as it is now: what is appended later is not read, and moving it aside changes nothing. */
export interface LogFile {
  readonly handle: FileHandle;
  readonly size: number;
}

/** Those of a function, the older first. Whoever opens them reads them with `linesOf`, which closes them. */
export async function openLogFiles(path: string): Promise<LogFile[]> {
  const files = [await openLogFile(path + rotatedSuffix), await openLogFile(path)];
  return files.filter((file) => file !== undefined);
}

async function openLogFile(path: string): Promise<LogFile | undefined> {
  try {
    const handle = await open(path);
    return { handle, size: (await handle.stat()).size };
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

export async function* linesOf(files: readonly LogFile[]): AsyncGenerator<string> {
  try {
    for (const { handle, size } of files) {
      if (size === 0) continue;
      const input = handle.createReadStream({ encoding: 'utf8', end: size - 1, autoClose: false });
      yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    }
  } finally {
    for (const { handle } of files) await handle.close();
  }
}
