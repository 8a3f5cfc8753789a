/** What calls take of the node while they run. */
export interface Share {
  memoryBytes: number;
  cpuMillis: number;
}

/**
 * A function that runs calls already may have three times of what is left free: alone three quarters of the node, two of them 43 %
 * each. So there is room for the first calls of any other, however long the callers of these hold theirs (dynamic thresholds, as
 * switches share their buffers: Choudhury and Hahne, 1998).
 */
const timesFree = 3;

/** What each function's running calls take. */
export class Shares {
  readonly #byKey = new Map<string, Share & { calls: number }>();
  readonly total: Share = { memoryBytes: 0, cpuMillis: 0 };

  callsOf(key: string): number {
    return this.#byKey.get(key)?.calls ?? 0;
  }

  count(key: string, { memoryBytes, cpuMillis }: Share, sign: 1 | -1): void {
    const of = this.#byKey.get(key) ?? { memoryBytes: 0, cpuMillis: 0, calls: 0 };
    for (const sum of [of, this.total]) {
      sum.memoryBytes += sign * memoryBytes;
      sum.cpuMillis += sign * cpuMillis;
    }
    of.calls += sign;
    if (of.calls === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, of);
  }

  /** Whether one more call would leave others what is theirs. The first one of a function may have all that is free. */
  isFair(resource: keyof Share, key: string, call: { needs: number; limit: number }): boolean {
    const own = this.#byKey.get(key);
    if (own === undefined) return true;
    const free = call.limit - this.total[resource] - call.needs;
    return own[resource] + call.needs <= timesFree * free;
  }
}
