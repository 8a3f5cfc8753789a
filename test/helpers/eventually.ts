import { setTimeout as delay } from 'node:timers/promises';

/** Most waits are short: at first it looks often, then less and less. */
const firstPauseMs = 5;
const longestPauseMs = 100;
/** A look that takes long, as kubectl does, comes seldom: the processor is for what is waited for. */
const pausePerLook = 3;
const longestLookMs = 150;

/** Waits for a state of the world. The limit is for a test that fails; it says nothing about how fast it should be. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 30_000,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.25, longestPauseMs)) {
    const begin = performance.now();
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    const now = performance.now();
    if (now > end) throw new Error(`never happened: ${what}`);
    await delay(Math.max(pauseMs, pausePerLook * Math.min(now - begin, longestLookMs)));
  }
}

/** What is created from now on is younger than what was before: times of objects have whole seconds. */
export async function nextSecond(): Promise<void> {
  const second = (): number => Math.floor(Date.now() / 1000);
  const before = second();
  await eventually('the next second', () => second() > before);
}
