/** Takes are remembered for as long as so many Kontainers take to start. */
const startsRemembered = 4;
/** Weight of the newest start in the average. */
const newest = 0.2;

/** How many Kontainers are worth keeping ahead: as many as are taken while new ones start. */
export class Demand {
  readonly #most: number;
  /** Monotonic milliseconds of the last takes, oldest first; never more than `most`. */
  readonly #takes: number[] = [];
  #startMs = 5;

  constructor(most: number) {
    this.#most = most;
  }

  taken(now: number): void {
    this.#takes.push(now);
    if (this.#takes.length > this.#most) this.#takes.shift();
  }

  /** A Kontainer took so long from being asked for to being ready. */
  started(ms: number): void {
    this.#startMs += (ms - this.#startMs) * newest;
  }

  /** Takes that were so shortly ago that what replaces them may still be starting. */
  recent(now: number): number {
    const since = now - this.#startMs * startsRemembered;
    while ((this.#takes[0] ?? Infinity) < since) this.#takes.shift();
    return this.#takes.length;
  }
}
