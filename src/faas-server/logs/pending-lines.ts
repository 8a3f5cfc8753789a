/** Lines of one log that wait to be written. */
interface Batch {
  lines: string[];
  bytes: number;
}

export interface PendingLimits {
  /** Of all logs together. */
  total: number;
  /** Of one log: who prints without end does not displace what others print. */
  share: number;
}

/** Lines that wait to be written, by the path of their log. */
export class PendingLines {
  readonly #limits: PendingLimits;
  readonly #byPath = new Map<string, Batch>();
  #bytes = 0;

  constructor(limits: PendingLimits) {
    this.#limits = limits;
  }

  /** False where there is no room for it. */
  add(path: string, line: string): boolean {
    const batch = this.#byPath.get(path) ?? { lines: [], bytes: 0 };
    const bytes = Buffer.byteLength(line);
    if (batch.bytes + bytes > this.#limits.share || this.#bytes + bytes > this.#limits.total) return false;
    batch.lines.push(line);
    batch.bytes += bytes;
    this.#bytes += bytes;
    this.#byPath.set(path, batch);
    return true;
  }

  /** All that waits, which then waits no more. */
  take(): [path: string, lines: string[]][] {
    const taken = [...this.#byPath].map(([path, { lines }]): [string, string[]] => [path, lines]);
    this.#byPath.clear();
    this.#bytes = 0;
    return taken;
  }

  remove(path: string): void {
    this.#bytes -= this.#byPath.get(path)?.bytes ?? 0;
    this.#byPath.delete(path);
  }
}
