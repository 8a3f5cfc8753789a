export interface BackoffOptions {
  baseMs: number;
  capMs: number;
  /** 0 ≤ x < 1, like Math.random. */
  random: () => number;
}

/**
 * Delay before try `attempt` (0 is the first retry): doubles up to the cap. The upper half is random, so that many
 * clients that failed together do not come back together.
 */
export function backoffDelay(attempt: number, { baseMs, capMs, random }: BackoffOptions): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 52));
  return ceiling * (0.5 + random() / 2);
}
