interface Waiter<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** Calls that wait for something, served in the order in which they came. */
export class Waiters<T> {
  readonly #waiting: Waiter<T>[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  /** Rejects with the signal's reason when it aborts first; then it no longer counts. */
  async join(signal: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter: Waiter<T> = { resolve, reject };
    const leave = (): void => {
      const index = this.#waiting.indexOf(waiter);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(signal.reason);
    };
    this.#waiting.push(waiter);
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Serves the one that waits longest; false when nobody does. */
  serve(value: T): boolean {
    const waiter = this.#waiting.shift();
    waiter?.resolve(value);
    return waiter !== undefined;
  }

  refuse(error: unknown): void {
    this.#waiting.shift()?.reject(error);
  }
}
