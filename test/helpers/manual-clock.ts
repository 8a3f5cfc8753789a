import type { Clock } from '../../src/lib/clock.ts';

interface Sleeper {
  dueMs: number;
  wake: () => void;
}

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  #ms = 0;
  readonly #sleepers = new Set<Sleeper>();
  readonly #epochMs: number;

  constructor(epochMs = Date.UTC(2026, 0, 1)) {
    this.#epochMs = epochMs;
  }

  now(): number {
    return this.#epochMs + this.#ms;
  }

  monotonic(): number {
    return this.#ms;
  }

  get sleepers(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const sleeper = { dueMs: this.#ms + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
    });
  }

  /** Wakes whoever is due, in order, and lets what follows from each run before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#ms + ms;
    for (;;) {
      await settle();
      const next = [...this.#sleepers].sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined || next.dueMs > end) break;
      this.#ms = Math.max(this.#ms, next.dueMs);
      this.#sleepers.delete(next);
      next.wake();
    }
    this.#ms = end;
    await settle();
  }
}

/** Lets every promise chain that needs no I/O run to its end. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
