import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

const hierarchies = '/sys/fs/cgroup';

/** Removes the empty cgroups of this run; the OCI runtime leaves the parents of those that it made. */
export async function removeCgroups(cgroup: string): Promise<void> {
  for (const hierarchy of [...(await readdir(hierarchies)), '.'])
    await removeTree(join(hierarchies, hierarchy, cgroup));
}

async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  await rmdir(path).catch(() => undefined);
}

/** Bytes that a cgroup and those below it use, kernel memory included, on either version of cgroups. */
export async function cgroupBytes(cgroup: string): Promise<number> {
  for (const file of [`memory${cgroup}/memory.usage_in_bytes`, `${cgroup}/memory.current`]) {
    const text = await readFile(join(hierarchies, file), 'utf8').catch(() => null);
    if (text !== null) return Number(text);
  }
  throw new Error(`There is no memory cgroup ${cgroup}`);
}
