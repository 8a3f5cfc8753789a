/** Runs work one after the other per key, in order of arrival; different keys do not wait for each other. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<unknown>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const mine = after(before, work);
    this.#tails.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(key) === mine) this.#tails.delete(key);
    }
  }
}

/** A failure of the work before is its own caller's business. */
async function after<T>(before: Promise<unknown>, work: () => Promise<T>): Promise<T> {
  try {
    await before;
  } catch {
    // told to its own caller
  }
  return work();
}
