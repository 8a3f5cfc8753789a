import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes a file whose content is on disk when this resolves; mode is octal, as for open(2). */
export async function writeDurable(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const handle = await open(path, 'w', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a file so that a reader sees the old or the new content, and so does a machine after a power cut. */
export async function replaceFile(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.tmp-${crypto.randomUUID()}`);
  await writeDurable(temporary, content, mode);
  await rename(temporary, path);
  await syncFolder(folder);
}
