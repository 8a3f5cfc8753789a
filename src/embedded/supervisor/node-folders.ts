import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cgroupFolders, removeCgroup } from '../cgroups.ts';
import type { Home } from './home.ts';

/** faas-server's folder on a memory file system. Short: paths of Unix sockets have at most 107 bytes (unix(7)), homes may be long. */
export function runFolder(home: Home): string {
  return join('/run/kontain-faas', createHash('sha256').update(home.root).digest('hex').slice(0, 12));
}

/** The controllers' folder, apart from faas-server's, which that one empties. */
export function controllersFolder(home: Home): string {
  return `${runFolder(home)}-controllers`;
}

/** Parent cgroup of the home's Kontainers, below the root of each hierarchy. */
export function cgroupPath(home: Home): string {
  return `/kontain-faas-${basename(runFolder(home))}`;
}

/** Parent cgroup of the containers that the agent runs. */
export function agentCgroupPath(home: Home): string {
  return `${cgroupPath(home)}-agent`;
}

/**
 * Removes what killed parts leave where nobody will start them again: faas-server's run folder, and empty cgroups. Their
 * processes and mounts are gone already, with their pid and mount namespaces.
 */
export function removeNodeFolders(home: Home, mounts = '/proc/self/mounts'): void {
  for (const folder of [runFolder(home), controllersFolder(home)])
    rmSync(folder, { recursive: true, force: true });
  for (const path of [cgroupPath(home), agentCgroupPath(home)])
    cgroupFolders(path, mounts).forEach(removeCgroup);
}
