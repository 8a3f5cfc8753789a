import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a state of the world. The limit is for a test that fails; it says nothing about how fast it should be. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 30_000,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await delay(5);
  }
}
