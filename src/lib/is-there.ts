import { stat } from 'node:fs/promises';
import { hasErrno } from './errors.ts';

/** Whether a path exists. Rejects where that cannot be told, which existsSync would take for no. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
