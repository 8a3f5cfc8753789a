import { watch } from 'node:fs/promises';
import { sep } from 'node:path';
import { hasErrno } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';

/** Editors write a file in several steps. */
const settleMs = 50;

/** Not the author's. */
export const ignoredFolders = new Set(['node_modules', '.git', '__pycache__']);

/** Calls `onChange` after files of the folder changed, once for what changes together; until the signal aborts. */
export async function watchFolder(
  folder: string,
  { clock, signal, onChange }: { clock: Clock; signal: AbortSignal; onChange: () => void },
): Promise<void> {
  let pending = false;
  const settle = async (): Promise<void> => {
    await clock.sleep(settleMs, signal);
    pending = false;
    onChange();
  };
  try {
    for await (const { filename } of watch(folder, { recursive: true, signal })) {
      if (pending || ignoredFolders.has(filename?.split(sep)[0] ?? '')) continue;
      pending = true;
      settle().catch(() => undefined); // the signal
    }
  } catch (error) {
    if (!signal.aborted && !hasErrno(error, 'ABORT_ERR')) throw error;
  }
}
