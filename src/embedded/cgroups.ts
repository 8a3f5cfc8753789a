import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';

/** The folders of a cgroup in all hierarchies of this machine. */
export function cgroupFolders(path: string, mounts = '/proc/self/mounts'): string[] {
  const lines = readFileSync(mounts, 'utf8').split('\n');
  const fields = lines.map((line) => line.split(' '));
  return fields.flatMap(([, target, type]) =>
    /^cgroup2?$/.test(type ?? '') && target ? [join(target, path)] : [],
  );
}

/** Whether buffers of network sockets have a limit of their own: cgroup v1 does not count them as memory. */
export function countsSocketsApart(): boolean {
  return cgroupFolders('/').some((folder) => existsSync(join(folder, 'memory.kmem.tcp.limit_in_bytes')));
}

/** Children first: rmdir(2) is the only way, the files in a cgroup cannot be removed. */
export function removeCgroup(folder: string): void {
  for (const entry of childFolders(folder)) removeCgroup(join(folder, entry));
  try {
    rmdirSync(folder);
  } catch {
    // ENOENT: it is gone; EBUSY: a process of it is still dying, the next start tries again
  }
}

const pollMs = 10;
const patienceMs = 5000;

/** Ends what runs in a cgroup and below, and removes it. */
export async function endCgroup(path: string, clock: Pick<Clock, 'monotonic' | 'sleep'>): Promise<void> {
  const folders = cgroupFolders(path);
  const end = clock.monotonic() + patienceMs;
  for (let pids = folders.flatMap(processesOf); pids.length > 0; pids = folders.flatMap(processesOf)) {
    for (const pid of pids) kill(pid);
    if (clock.monotonic() > end) break;
    await clock.sleep(pollMs);
  }
  folders.forEach(removeCgroup);
}

function processesOf(folder: string): number[] {
  const below = childFolders(folder).flatMap((entry) => processesOf(join(folder, entry)));
  try {
    const own = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n');
    return [...below, ...own.filter((line) => line !== '').map(Number)];
  } catch {
    return below; // ENOENT: it is gone
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ESRCH: it has just ended
  }
}

function childFolders(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}
