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

/** What is created from now on is younger than what was before: times of objects have whole seconds. */
export async function nextSecond(): Promise<void> {
  const second = (): number => Math.floor(Date.now() / 1000);
  const before = second();
  await eventually('the next second', () => second() > before);
}
