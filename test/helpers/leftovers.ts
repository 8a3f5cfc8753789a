import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { cgroupPath, controllersFolder, runFolder } from '../../src/embedded/supervisor/node-folders.ts';
import type { Home } from '../../src/embedded/supervisor/home.ts';

/**
 * All that is left of an instance outside of its home: processes (its own, and Kontainers, known by their cgroup), mounts in any
 * process's view, cgroups, run folders. Only of this instance, because other tests run on the same machine. A namespace
 * lives as long as a process or a mount of it does.
 */
export function leftovers(home: Home): string[] {
  const run = runFolder(home);
  const cgroup = cgroupPath(home);
  const own = [home.root, run];
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => [
      ...(own.some((text) => read(`/proc/${pid}/cmdline`).includes(text))
        ? [`process ${pid}: ${commandOf(pid)}`]
        : []),
      ...(read(`/proc/${pid}/environ`).includes(`KONTAIN_HOME=${home.root}\0`)
        ? [`process ${pid}: ${commandOf(pid)}`]
        : []),
      ...(read(`/proc/${pid}/cgroup`).includes(cgroup)
        ? [`process ${pid} in ${cgroup}: ${commandOf(pid)}`]
        : []),
      ...(own.some((text) => read(`/proc/${pid}/mountinfo`).includes(text))
        ? [`mount seen by process ${pid}`]
        : []),
    ]);
  const cgroups = globSync(`/sys/fs/cgroup{,/*}${cgroup}{,-agent}`).map((path) => `cgroup ${path}`);
  const folders = [run, controllersFolder(home)]
    .filter((path) => existsSync(path))
    .map((path) => `folder ${path}`);
  return [...new Set([...found, ...cgroups, ...folders])];
}

function commandOf(pid: string): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // it has just ended
  }
}
