import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import { Demand } from './demand.ts';
import type { LaunchedKontainer } from './launched-kontainer.ts';
import { Waiters } from './waiters.ts';

export interface PoolOptions {
  /** Asks for one more Kontainer; may throw when none can be asked for now. */
  begin(): LaunchedKontainer;
  /** Kontainers to keep waiting when nobody calls. */
  prewarm: number;
  /** Never more than this many waiting, however busy the function is. */
  maxWaiting: number;
  /** Starts at once: more only take the processors from each other. */
  maxStarting: number;
  clock: Clock;
}

/** Starting a Kontainer takes processor time that calls of this moment need more, while others still wait. */
const quietMs = 5;

/** Single-use Kontainers that are started before their call. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #demand: Demand;
  readonly #ready: LaunchedKontainer[] = [];
  readonly #starting = new Set<LaunchedKontainer>();
  readonly #waiters = new Waiters<LaunchedKontainer>();
  /** Kontainers that the refill of this moment is to leave waiting. */
  #goal = 0;
  #inUse = 0;
  #lastTake = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#demand = new Demand(options.maxWaiting);
  }

  get waiting(): number {
    return this.#ready.length;
  }

  /** The Kontainer that waits longest, else the next that becomes ready. Rejects with its start's error. */
  async take(signal: AbortSignal): Promise<LaunchedKontainer> {
    signal.throwIfAborted();
    if (this.#closed) throw new PlatformError('not_ready', 'The function is no longer on this node.');
    this.#inUse += 1;
    this.#lastTake = this.#options.clock.monotonic();
    this.#demand.taken(this.#lastTake);
    const waiting = this.#ready.shift();
    if (waiting !== undefined) waiting.start = 'waiting';
    try {
      const kontainer = waiting ?? (await this.#next(signal));
      void kontainer.exited.then(() => (this.#inUse -= 1));
      this.#refillSoon();
      return kontainer;
    } catch (error) {
      this.#inUse -= 1;
      throw error;
    }
  }

  /** Kills what waits, and resolves when nothing of it is left; what is in use goes on. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const waiting = [...this.#ready, ...this.#starting];
    this.#ready.length = 0;
    for (const kontainer of waiting) kontainer.kill('idle');
    await Promise.all(waiting.map(({ exited }) => exited));
  }

  async #next(signal: AbortSignal): Promise<LaunchedKontainer> {
    const next = this.#waiters.join(signal);
    this.#startMissing();
    return next;
  }

  /** For calls that wait now, also after the pool was closed: they came before. */
  #startMissing(): void {
    const { maxStarting } = this.#options;
    try {
      while (this.#starting.size < maxStarting && this.#isMissing()) this.#begin();
    } catch (error) {
      /* the launcher died under us: who waits has to know, and the next call starts it again */
      this.#goal = 0;
      while (this.#waiters.size > this.#starting.size) this.#waiters.refuse(error);
    }
  }

  #isMissing(): boolean {
    if (this.#starting.size < this.#waiters.size) return true;
    return !this.#closed && this.#ready.length + this.#starting.size < this.#goal + this.#waiters.size;
  }

  #begin(): void {
    const kontainer = this.#options.begin();
    const askedAt = this.#options.clock.monotonic();
    this.#starting.add(kontainer);
    void kontainer.ready.then(
      () => this.#arrived(kontainer, askedAt),
      (error: unknown) => this.#failed(kontainer, error),
    );
  }

  #arrived(kontainer: LaunchedKontainer, askedAt: number): void {
    this.#starting.delete(kontainer);
    this.#demand.started(this.#options.clock.monotonic() - askedAt);
    if (!this.#waiters.serve(kontainer)) this.#keep(kontainer);
    this.#startMissing();
  }

  #keep(kontainer: LaunchedKontainer): void {
    if (this.#closed) return kontainer.kill('idle');
    this.#ready.push(kontainer);
    void kontainer.exited.then(() => {
      const index = this.#ready.indexOf(kontainer);
      if (index >= 0) this.#ready.splice(index, 1);
    });
  }

  /** What cannot start is not started again with nobody calling. */
  #failed(kontainer: LaunchedKontainer, error: unknown): void {
    this.#starting.delete(kontainer);
    this.#goal = 0;
    this.#waiters.refuse(error);
    this.#startMissing();
  }

  /** One more than is taken at a time, so that a call's own moment need not be the one to replace it in. */
  #wanted(): number {
    const { prewarm, maxWaiting, clock } = this.#options;
    const busy = Math.max(this.#inUse, this.#demand.recent(clock.monotonic())) + 1;
    return Math.min(Math.max(prewarm, busy), maxWaiting);
  }

  /** At once when hardly any are left, else when no call has come for a moment. */
  #refillSoon(): void {
    if (this.#ready.length + this.#starting.size <= this.#wanted() / 4)
      return void setImmediate(() => this.#refill());
    this.#timer ??= setTimeout(() => this.#whenQuiet(), quietMs);
  }

  #whenQuiet(): void {
    this.#timer = null;
    const leftMs = this.#lastTake + quietMs - this.#options.clock.monotonic();
    if (leftMs > 0) this.#timer = setTimeout(() => this.#whenQuiet(), Math.ceil(leftMs));
    else this.#refill();
  }

  #refill(): void {
    if (this.#closed) return;
    this.#goal = this.#wanted();
    this.#startMissing();
  }
}
