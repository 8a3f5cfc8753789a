const firstDelayMs = 50;
const longestDelayMs = 5000;
/** A part that was ready for so long is taken to work: its next end is an accident and not a habit. */
const settledAfterMs = 1000;

export interface Run {
  /** Null when it ended before it was ready. */
  readyForMs: number | null;
}

/** How many runs in a row have failed, after this one. */
export function failuresAfter(run: Run, failuresBefore: number): number {
  return run.readyForMs !== null && run.readyForMs >= settledAfterMs ? 0 : failuresBefore + 1;
}

/** Milliseconds to wait before the next start: none after an accident, doubling while it keeps failing. */
export function restartDelay(failures: number): number {
  return failures === 0 ? 0 : Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs);
}
