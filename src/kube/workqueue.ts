import type { Clock } from '../lib/clock.ts';
import { backoffDelay } from './backoff.ts';

export interface WorkQueueOptions {
  clock: Pick<Clock, 'monotonic' | 'sleep'>;
  random: () => number;
  /** Delay before a key's first retry, and the longest one. */
  backoffBaseMs?: number;
  backoffCapMs?: number;
}

/**
 * Keys to work on. A key waits at most once and is never handed out twice at a time; added while somebody works on it,
 * it comes again afterwards. Retries back off per key and never give up.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  /** In the order of arrival. */
  readonly #ready = new Set<string>();
  readonly #active = new Set<string>();
  /** Added while active. */
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { dueMs: number; cancel: AbortController }>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Keys that a worker could take now or as soon as their turn is over. */
  get size(): number {
    return this.#ready.size + this.#again.size;
  }

  /** Now. A delay that the key had is over: whoever works on it decides anew. */
  add(key: string): void {
    if (this.#closed) return;
    this.#cancelDelay(key);
    if (this.#active.has(key)) this.#again.add(key);
    else this.#ready.add(key);
    this.#handOut();
  }

  /** After `ms`, or sooner if it was to come sooner anyway. */
  addAfter(key: string, ms: number): void {
    if (this.#closed || this.#ready.has(key) || this.#again.has(key)) return;
    const dueMs = this.#options.clock.monotonic() + ms;
    const present = this.#delayed.get(key);
    if (present !== undefined && present.dueMs <= dueMs) return;
    this.#cancelDelay(key);
    const cancel = new AbortController();
    this.#delayed.set(key, { dueMs, cancel });
    void this.#addWhenDue(key, ms, cancel.signal);
  }

  /** After a delay that grows with each call since the last `forget`. Returns the delay in milliseconds. */
  retry(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const { backoffBaseMs: baseMs = 200, backoffCapMs: capMs = 300_000, random } = this.#options;
    const delay = backoffDelay(failures, { baseMs, capMs, random });
    this.addAfter(key, delay);
    return delay;
  }

  /** The key is fine: its next failure starts with the shortest delay again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Waits for a key; the caller owns it until `done`. Undefined once the queue is closed. */
  take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#handOut();
    });
  }

  done(key: string): void {
    this.#active.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  /** Hands nothing out any more and drops what waits. */
  close(): void {
    this.#closed = true;
    for (const key of this.#delayed.keys()) this.#cancelDelay(key);
    this.#ready.clear();
    this.#again.clear();
    for (const resolve of this.#takers.splice(0)) resolve(undefined);
  }

  #handOut(): void {
    for (const key of this.#ready) {
      const resolve = this.#takers.shift();
      if (resolve === undefined) return;
      this.#ready.delete(key);
      this.#active.add(key);
      resolve(key);
    }
  }

  async #addWhenDue(key: string, ms: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.clock.sleep(ms, signal);
    } catch {
      return;
    }
    this.add(key);
  }

  #cancelDelay(key: string): void {
    const delay = this.#delayed.get(key);
    this.#delayed.delete(key);
    delay?.cancel.abort();
  }
}
