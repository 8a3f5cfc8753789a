import { readFileSync } from 'node:fs';
import type { Clock } from '../../lib/clock.ts';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks from boot to its start: field 22 of /proc/<pid>/stat, see proc(5). */
  startTime: string;
}

/** Null when no such process runs; a zombie does not run. */
export function identify(pid: number, procRoot = '/proc'): ProcessIdentity | null {
  const stat = readStat(`${procRoot}/${pid}/stat`);
  // The second field, the program's name in parentheses, may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined || state === 'Z' ? null : { pid, startTime };
}

function readStat(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // ENOENT or ESRCH: it is gone
  }
}

export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTime === process.startTime;
}

/** Signals the process, or its whole group, if it is still the one that was meant. */
export function signalProcess(target: ProcessIdentity, signal: NodeJS.Signals, group = false): void {
  if (!isAlive(target)) return;
  try {
    process.kill(group ? -target.pid : target.pid, signal);
  } catch {
    // ESRCH: it has just ended
  }
}

/** True once it has ended, false when `timeoutMs` is over first. */
export async function waitForEnd(target: ProcessIdentity, timeoutMs: number, clock: Clock): Promise<boolean> {
  const end = clock.monotonic() + timeoutMs;
  while (isAlive(target)) {
    if (clock.monotonic() >= end) return false;
    await clock.sleep(20);
  }
  return true;
}
