import { PlatformError } from '../../lib/errors.ts';

type Listener = (lines: readonly string[]) => void;

/** Who wants to see what is written, by the path of the log. */
export class LogFollowers {
  readonly #byPath = new Map<string, Set<Listener>>();

  /** Returns what ends it. */
  add(path: string, listener: Listener): () => void {
    const listeners = this.#byPath.get(path) ?? new Set();
    this.#byPath.set(path, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#byPath.delete(path);
    };
  }

  tell(path: string, lines: readonly string[]): void {
    for (const listener of this.#byPath.get(path) ?? []) listener(lines);
  }
}

const maxWaitingBytes = 4 * 1024 * 1024;

/** Lines on their way to one reader; one that is too slow is cut off and not kept in memory. */
export class LineQueue {
  #lines: string[] = [];
  #bytes = 0;
  #next = Promise.withResolvers<void>();

  push(lines: readonly string[]): void {
    for (const line of lines) this.#bytes += line.length;
    if (this.#bytes <= maxWaitingBytes) this.#lines.push(...lines);
    this.#next.resolve();
  }

  /** Until the signal aborts. Throws `too_many_requests` once lines were left out. */
  async *lines(signal: AbortSignal): AsyncGenerator<string> {
    const stop = (): void => this.#next.resolve();
    signal.addEventListener('abort', stop, { once: true });
    while (!signal.aborted) {
      await this.#next.promise;
      this.#next = Promise.withResolvers();
      const [lines, bytes] = [this.#lines, this.#bytes];
      [this.#lines, this.#bytes] = [[], 0];
      yield* lines;
      if (bytes > maxWaitingBytes)
        throw new PlatformError('too_many_requests', 'lines come faster than they are read');
    }
    signal.removeEventListener('abort', stop);
  }
}
