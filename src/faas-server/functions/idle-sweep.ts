import type { Clock } from '../../lib/clock.ts';
import type { ActiveFunction } from './active-function.ts';
import type { FunctionTable } from './function-table.ts';

/** Functions nobody called for their `idleTimeoutMs`. */
export function expired(table: FunctionTable, now: number): ActiveFunction[] {
  return [...table.active()].filter(
    (active) => active.calls === 0 && now - active.lastUsedAt >= active.spec.idleTimeoutMs,
  );
}

/** Idle functions to drop so that `bytes` of template memory come free; least recently used first. */
export function leastRecentlyUsed(table: FunctionTable, bytes: number): ActiveFunction[] {
  const idle = [...table.active()].filter((active) => active.calls === 0 && active.template.memoryBytes > 0);
  idle.sort((a, b) => a.lastUsedAt - b.lastUsedAt);
  let missing = bytes;
  return idle.filter((active) => {
    const wanted = missing > 0;
    if (wanted) missing -= active.template.memoryBytes;
    return wanted;
  });
}

/** Sum of what templates hold while no call runs. */
export function templateBytes(table: FunctionTable): number {
  let bytes = 0;
  for (const active of table.active()) bytes += active.template.memoryBytes;
  return bytes;
}

export interface IdleSweepOptions {
  table: FunctionTable;
  clock: Clock;
  intervalMs: number;
  /** Told after each sweep how much memory templates hold. */
  swept?: (templateBytes: number) => void;
}

/** One timer for all functions: drops the idle ones. */
export class IdleSweep {
  readonly #options: IdleSweepOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: IdleSweepOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.sweep(), options.intervalMs);
    this.#timer.unref();
  }

  sweep(): void {
    const { table, clock, swept } = this.#options;
    for (const active of expired(table, clock.monotonic())) void table.drop(active);
    swept?.(templateBytes(table));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
