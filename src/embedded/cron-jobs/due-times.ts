import type { ControllerSource } from '../../kube/controller-source.ts';
import type { Clock } from '../../lib/clock.ts';

/** So long at most until a clock that was set, or a machine that slept, is noticed: timers do not follow either. */
const longestSleepMs = 60_000;
/** Clocks that are only adjusted drift by less. */
const jumpMs = 1000;

/**
 * Times by the clock at which a controller has to look at a key: one timer, to the next of them. A clock that jumps makes it
 * look at all keys.
 */
export class DueTimes implements ControllerSource {
  readonly #clock: Clock;
  readonly #due = new Map<string, number>();
  #enqueue: (key: string) => void = () => undefined;
  #timer: { dueMs: number; cancel: AbortController } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In the place of the time that the key had; undefined for none. */
  set(key: string, dueMs: number | undefined): void {
    if (dueMs === undefined) this.#due.delete(key);
    else this.#due.set(key, dueMs);
    this.#arm();
  }

  start(enqueue: (key: string) => void): () => void {
    this.#enqueue = enqueue;
    return () => {
      this.#due.clear();
      this.#arm();
    };
  }

  synced(): Promise<void> {
    return Promise.resolve();
  }

  #arm(): void {
    const next = this.#due.size === 0 ? undefined : Math.min(...this.#due.values());
    if (this.#timer?.dueMs === next) return;
    this.#timer?.cancel.abort();
    this.#timer = undefined;
    if (next === undefined) return;
    this.#timer = { dueMs: next, cancel: new AbortController() };
    void this.#sleep(next, this.#timer.cancel.signal);
  }

  async #sleep(dueMs: number, signal: AbortSignal): Promise<void> {
    const [wall, steady] = [this.#clock.now(), this.#clock.monotonic()];
    const ms = Math.min(Math.max(0, dueMs - wall), longestSleepMs);
    try {
      await this.#clock.sleep(ms, signal);
    } catch {
      return;
    }
    this.#timer = undefined;
    const jump = this.#clock.now() - wall - (this.#clock.monotonic() - steady);
    this.#tell(Math.abs(jump) > jumpMs ? Number.POSITIVE_INFINITY : this.#clock.now());
    this.#arm();
  }

  #tell(untilMs: number): void {
    const keys = [...this.#due].filter(([, dueMs]) => dueMs <= untilMs).map(([key]) => key);
    for (const key of keys) {
      this.#due.delete(key);
      this.#enqueue(key);
    }
  }
}
