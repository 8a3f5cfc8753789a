/** Lets at most `limit` pieces of work run at once per key; the others wait in the order of their arrival. */
export class KeyedSemaphore {
  readonly #limit: number;
  readonly #states = new Map<string, { running: number; waiting: (() => void)[] }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Rejects with the signal's reason when it aborts before the work could begin. */
  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(key, signal);
    try {
      return await work();
    } finally {
      this.#leave(key);
    }
  }

  #enter(key: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const state = this.#states.get(key) ?? { running: 0, waiting: [] };
    this.#states.set(key, state);
    if (state.running < this.#limit) {
      state.running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        state.waiting.splice(state.waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      state.waiting.push(enter);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** The place goes to the next in line, or is free. */
  #leave(key: string): void {
    const state = this.#states.get(key);
    if (state === undefined) return;
    const next = state.waiting.shift();
    if (next !== undefined) return next();
    state.running -= 1;
    if (state.running === 0) this.#states.delete(key);
  }
}
