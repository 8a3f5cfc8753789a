import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

export interface ProcessInfo {
  pid: number;
  parent: number;
  comm: string;
  state: string;
}

/** From /proc/<pid>/stat; null when it has gone. */
export function processInfo(pid: number): ProcessInfo | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    const [state = '', parent = '0'] = text.slice(end + 2).split(' ');
    return { pid, parent: Number(parent), comm: text.slice(text.indexOf('(') + 1, end), state };
  } catch {
    return null;
  }
}

/** All descendants of a process, at this moment. */
export function processesBelow(ancestor: number): ProcessInfo[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processInfo(Number(name)))
    .filter((info) => info !== null);
  const found: ProcessInfo[] = [];
  for (let level = [ancestor]; level.length > 0;) {
    const children = all.filter(({ parent }) => level.includes(parent));
    found.push(...children);
    level = children.map(({ pid }) => pid);
  }
  return found;
}

/** Folders of a cgroup, in all hierarchies. */
export function cgroupsOf(path: string): string[] {
  return globSync([`/sys/fs/cgroup${path}/**/`, `/sys/fs/cgroup/*${path}/**/`]);
}

/** Resident bytes. */
export function memoryOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** With cgroup v2, whether a cgroup that is used again can tell its new peak: since Linux 6.12. */
export function canTellPeaks(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const isV2 = existsSync('/sys/fs/cgroup/cgroup.controllers');
  return !isV2 || major > 6 || (major === 6 && minor >= 12);
}
