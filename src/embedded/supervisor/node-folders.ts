import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Home } from './home.ts';

/** faas-server's folder on a memory file system. Short: paths of Unix sockets have at most 107 bytes (unix(7)), homes may be long. */
export function runFolder(home: Home): string {
  return join('/run/kontain-faas', createHash('sha256').update(home.root).digest('hex').slice(0, 12));
}

/** Parent cgroup of the home's Kontainers, below the root of each hierarchy. */
export function cgroupPath(home: Home): string {
  return `/kontain-faas-${basename(runFolder(home))}`;
}

/**
 * Removes what a killed faas-server leaves where nobody will start it again: its run folder and empty cgroups. Its processes
 * and mounts are gone already, with the launcher's pid and mount namespaces.
 */
export function removeNodeFolders(home: Home, mounts = '/proc/self/mounts'): void {
  rmSync(runFolder(home), { recursive: true, force: true });
  for (const mount of cgroupMounts(mounts)) removeCgroup(join(mount, cgroupPath(home)));
}

function cgroupMounts(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const fields = lines.map((line) => line.split(' '));
  return fields.flatMap(([, target, type]) => (/^cgroup2?$/.test(type ?? '') && target ? [target] : []));
}

/** Children first: rmdir(2) is the only way, the files in a cgroup cannot be removed. */
function removeCgroup(path: string): void {
  for (const entry of listFolders(path)) removeCgroup(join(path, entry));
  try {
    rmdirSync(path);
  } catch {
    // ENOENT: it is gone; EBUSY: a process of it is still dying, the next start tries again
  }
}

function listFolders(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}
