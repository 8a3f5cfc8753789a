import { mkdirSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage, hasErrno, PlatformError } from '../../lib/errors.ts';

/** Makes the folder of a home, with those above it. Rejects with `bad_request` where there can be none. */
export function makeHomeFolder(root: string): void {
  try {
    makeFolder(root);
  } catch (cause) {
    throw new PlatformError(
      'bad_request',
      `KONTAIN_HOME is ${root}, and there can be no such folder: ${errorMessage(cause)}`,
      { hint: 'Choose another one, for example KONTAIN_HOME=/var/lib/kontain-faas', cause },
    );
  }
}

/** Not Node's own `recursive`: that never returns where the system answers ENOENT to a new name in a folder that is there (/proc). */
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    if (!hasErrno(error, 'EEXIST') || !isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Rejects with `disk_full` when there is not even place for what a start writes: records, logs, the empty data base. */
export function checkSpace(root: string, minBytes = 512 * 1024): void {
  const { bfree, bsize } = statfsSync(root);
  if (bfree * bsize >= minBytes) return;
  throw new PlatformError('disk_full', `the disk of KONTAIN_HOME (${root}) is full`, {
    hint: `Free space there, or choose another home. \`df -h ${root}\` shows the disk.`,
  });
}
