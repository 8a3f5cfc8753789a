import { PlatformError } from '../../lib/errors.ts';
import type { LaunchedKontainer } from './launched-kontainer.ts';

export interface PoolOptions {
  /** Asks for one more Kontainer; may throw when none can be asked for now. */
  begin(): LaunchedKontainer;
  /** Kontainers to keep waiting when nobody calls. */
  prewarm: number;
  /** Never more than this many waiting, however busy the function was. */
  maxWaiting: number;
}

type Waiter = { resolve(kontainer: LaunchedKontainer): void; reject(error: unknown): void };

/** Single-use Kontainers that are started before their call. As many wait as were lately in use at once. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #ready: LaunchedKontainer[] = [];
  readonly #starting = new Set<LaunchedKontainer>();
  readonly #waiters: Waiter[] = [];
  #inUse = 0;
  #wanted: number;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#wanted = options.prewarm;
  }

  get waiting(): number {
    return this.#ready.length;
  }

  /** The Kontainer that waits longest, else the next that becomes ready. Rejects with its start's error. */
  async take(signal: AbortSignal): Promise<LaunchedKontainer> {
    signal.throwIfAborted();
    if (this.#closed) throw new PlatformError('not_ready', 'The function is no longer on this node.');
    this.#inUse += 1;
    this.#wanted = Math.min(Math.max(this.#wanted, this.#inUse), this.#options.maxWaiting);
    const waiting = this.#ready.shift();
    if (waiting !== undefined) waiting.start = 'waiting';
    try {
      const kontainer = waiting ?? (await this.#next(signal));
      void kontainer.exited.then(() => this.#release());
      setImmediate(() => this.#refill());
      return kontainer;
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** Kills what waits, and resolves when nothing of it is left; what is in use goes on. */
  async close(): Promise<void> {
    this.#closed = true;
    const waiting = [...this.#ready, ...this.#starting];
    this.#ready.length = 0;
    for (const kontainer of waiting) kontainer.kill('idle');
    await Promise.all(waiting.map(({ exited }) => exited));
  }

  #release(): void {
    this.#inUse -= 1;
    /* forget a burst slowly, so that the next one finds Kontainers waiting */
    if (this.#inUse === 0) this.#wanted = Math.max(this.#options.prewarm, Math.floor(this.#wanted * 0.9));
  }

  async #next(signal: AbortSignal): Promise<LaunchedKontainer> {
    const { promise, resolve, reject } = Promise.withResolvers<LaunchedKontainer>();
    const waiter: Waiter = { resolve, reject };
    const leave = () => {
      const index = this.#waiters.indexOf(waiter);
      if (index >= 0) this.#waiters.splice(index, 1);
      reject(signal.reason);
    };
    /* also when it is rejected before anybody awaits it: the start of another Kontainer may throw */
    promise.catch(() => undefined);
    this.#waiters.push(waiter);
    signal.addEventListener('abort', leave, { once: true });
    try {
      while (this.#starting.size < this.#waiters.length) this.#begin();
      return await promise;
    } catch (error) {
      leave();
      throw error;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #begin(): void {
    const kontainer = this.#options.begin();
    this.#starting.add(kontainer);
    void kontainer.ready.then(
      () => this.#arrived(kontainer),
      (error: unknown) => this.#failed(kontainer, error),
    );
  }

  #arrived(kontainer: LaunchedKontainer): void {
    this.#starting.delete(kontainer);
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) return waiter.resolve(kontainer);
    if (this.#closed) return kontainer.kill('idle');
    this.#ready.push(kontainer);
    void kontainer.exited.then(() => {
      const index = this.#ready.indexOf(kontainer);
      if (index >= 0) this.#ready.splice(index, 1);
    });
  }

  #failed(kontainer: LaunchedKontainer, error: unknown): void {
    this.#starting.delete(kontainer);
    this.#waiters.shift()?.reject(error);
  }

  /** Not from a failure: a function that cannot start must not be started again and again with nobody calling. */
  #refill(): void {
    const missing = () => this.#wanted + this.#waiters.length - this.#ready.length - this.#starting.size;
    try {
      while (!this.#closed && missing() > 0) this.#begin();
    } catch {
      /* the launcher died under us; the next call starts it again */
    }
  }
}
