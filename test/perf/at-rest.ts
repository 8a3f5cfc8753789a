import { readFileSync } from 'node:fs';
import { systemClock } from '../../src/lib/clock.ts';
import { memoryOf } from '../helpers/processes.ts';

/** What a process that has nothing to do costs. */
export interface AtRest {
  /** Resident. */
  megabytes: number;
  /** How often its main thread was woken, in a second. */
  wakeUps: number;
}

const settleMs = 20_000;
const watchMs = 10_000;

/** Half a minute: V8's heap grows for some seconds after a start. */
export async function measureAtRest(pid: number): Promise<AtRest> {
  await systemClock.sleep(settleMs);
  const before = switchesOf(pid);
  await systemClock.sleep(watchMs);
  return {
    megabytes: memoryOf(pid) / 1_000_000,
    wakeUps: (switchesOf(pid) - before) / (watchMs / 1000),
  };
}

/** Whoever sleeps gives its processor away by itself, once for each time that it was woken (proc(5)). */
function switchesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1]);
}
