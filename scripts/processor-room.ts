import { cpus } from 'node:os';

export interface Room {
  /** So many run in any case. */
  atLeast: number;
  /** And never more than these. */
  atMost: number;
  /** Time that the processors of the machine have been idle and busy so far. */
  look?: () => ProcessorTimes;
}

export interface ProcessorTimes {
  idleMs: number;
  busyMs: number;
}

/** What begins takes some time until it shows what it will take. */
const windowMs = 2000;
const idleShare = 0.3;

/**
 * Says whether one more process may begin beside so many that run: where the processors were idle for a good part of the
 * last seconds. A slow machine, or one that has other work, has no more to do at once than it would with `atLeast`.
 */
export function roomOnProcessors({ atLeast, atMost, look = processorTimes }: Room) {
  let last = look();
  return (running: number): boolean => {
    const now = look();
    const idleMs = now.idleMs - last.idleMs;
    const totalMs = idleMs + now.busyMs - last.busyMs;
    if (running >= atLeast && totalMs < windowMs) return false;
    last = now;
    return running < atLeast || (running < atMost && idleMs > idleShare * totalMs);
  };
}

function processorTimes(): ProcessorTimes {
  const all = cpus().map(({ times }) => times);
  const sum = (ms: (of: (typeof all)[number]) => number): number => all.reduce((so, of) => so + ms(of), 0);
  return {
    idleMs: sum(({ idle }) => idle),
    busyMs: sum(({ user, nice, sys, irq }) => user + nice + sys + irq),
  };
}
