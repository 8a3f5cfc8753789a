import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../lib/errors.ts';
import { logsFolder } from './log-paths.ts';

/** Functions that have logs, as `[namespace, name]`. */
export async function loggedFunctions(root: string): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for (const namespace of await namesIn(logsFolder(root))) {
    const files = await namesIn(join(logsFolder(root), namespace));
    const names = new Set(files.map((file) => file.replace(/\.log(\.1)?$/, '')));
    for (const name of names) found.push([namespace, name]);
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
