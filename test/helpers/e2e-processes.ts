import { readdirSync, readFileSync } from 'node:fs';
import { cgroupPath, runFolder } from '../../src/embedded/supervisor/node-folders.ts';
import type { Platform } from './e2e-platform.ts';
import { cgroupsOf, processesBelow, processInfo } from './processes.ts';

/** Who can be killed. Undefined when there is no such process at the moment. */
export type Victim =
  | 'embedded-apiserver'
  | 'faas-downloader'
  | 'faas-server'
  | 'launcher, outer'
  | 'launcher, inner'
  | 'template'
  | 'crun'
  | 'supervisor';

export function findVictim(platform: Platform, victim: Victim): number | undefined {
  const { instance } = platform;
  if (victim === 'template') return templateOf(platform);
  const launchers = () => processesBelow(instance.pid('faas-server')).filter(isLauncher);
  if (victim === 'launcher, outer') return launchers()[0]?.pid;
  if (victim === 'launcher, inner') return launchers()[1]?.pid;
  if (victim === 'crun')
    return processesBelow(instance.pid('faas-server')).findLast(({ comm }) => comm === 'crun')?.pid;
  return instance.pid(victim);
}

/** Its parent forks it into namespaces of its own, so that the outer one comes first. */
const isLauncher = ({ comm }: { comm: string }): boolean => comm.startsWith('kontainer-launc');

/** The oldest Python process of the instance: the others are its forks. */
function templateOf(platform: Platform): number | undefined {
  const pids = kontainerProcesses(platform).filter(
    (pid) => processInfo(pid)?.comm.startsWith('python') === true,
  );
  return pids.toSorted((a, b) => startOf(a) - startOf(b))[0];
}

/** Field 22 of /proc/<pid>/stat, proc(5). */
function startOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Processes in cgroups of Kontainers and templates. */
export function kontainerProcesses({ instance }: Platform): number[] {
  const below = `${cgroupPath(instance.home)}/`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => contentOf(`/proc/${pid}/cgroup`).includes(below));
}

/** What calls may have left behind in an instance that still runs but does nothing; spare cgroups (`s…`) are kept for the next. */
export function leftByCalls(platform: Platform): string[] {
  const { home } = platform.instance;
  const run = runFolder(home);
  const launcher = findVictim(platform, 'launcher, inner');
  const mounts = contentOf(`/proc/${launcher}/mountinfo`).split('\n');
  return [
    ...kontainerProcesses(platform).map((pid) => `process ${pid} ${processInfo(pid)?.comm}`),
    ...cgroupsOf(cgroupPath(home)).filter((path) => /\/k\d+/.test(path)),
    ...['k', 'b', 'fs', 'runtime'].flatMap((name) => entriesOf(`${run}/${name}`)),
    ...mounts.filter((line) => line.includes(`${run}/fs/`)),
    ...contentOf('/proc/net/unix')
      .split('\n')
      .filter((line) => line.includes(`${run}/k/`)),
    ...entriesOf(`${platform.root}/in-use/faas-server`),
    ...entriesOf(`${platform.root}/oci-images`).filter((path) => path.includes('/.')),
    ...entriesOf(`${platform.root}/oci-layers`).filter((path) => !/\/[0-9a-f]{64}$/.test(path)),
  ];
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
