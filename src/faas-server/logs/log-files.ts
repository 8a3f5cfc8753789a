import { open, type FileHandle } from 'node:fs/promises';
import { hasErrno } from '../../lib/errors.ts';
import { LineSplitter } from './line-splitter.ts';
import { rotatedSuffix } from './log-paths.ts';

/** Larger than any that is written; only damage makes one that is. */
const maxLineBytes = 1024 * 1024;

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

/** Only a line feed ends a line: node:readline would also cut at U+2028, which functions may print. */
export async function* linesOf(files: readonly LogFile[]): AsyncGenerator<string> {
  try {
    for (const { handle, size } of files) {
      if (size === 0) continue;
      const lines = new LineSplitter(maxLineBytes);
      const chunks: AsyncIterable<Buffer> = handle.createReadStream({ end: size - 1, autoClose: false });
      for await (const chunk of chunks) yield* lines.push(chunk);
      yield* lines.end();
    }
  } finally {
    for (const { handle } of files) await handle.close();
  }
}
