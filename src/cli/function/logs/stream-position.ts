import type { LogLine } from './log-line.ts';
import type { LogRequest } from './log-source.ts';

/** Where a stream of lines is, so that one that breaks goes on with no line twice and none left out. */
export class StreamPosition {
  readonly #first: LogRequest;
  #lastTime: string | undefined;
  /** Lines of that time that were shown. */
  #ofLastTime = 0;
  /** Of those, the ones that come again. */
  #toSkip = 0;

  constructor(first: LogRequest) {
    this.#first = first;
  }

  /** What to ask for now. */
  get request(): LogRequest {
    if (this.#lastTime === undefined) return this.#first;
    const { tailLines: _, ...rest } = this.#first;
    return { ...rest, sinceTime: this.#lastTime };
  }

  /** The stream is opened again: lines of the last time come again first. */
  restart(): void {
    this.#toSkip = this.#ofLastTime;
  }

  isNew({ time }: LogLine): boolean {
    if (time === this.#lastTime && this.#toSkip > 0) {
      this.#toSkip -= 1;
      return false;
    }
    this.#toSkip = 0;
    this.#ofLastTime = time === this.#lastTime ? this.#ofLastTime + 1 : 1;
    this.#lastTime = time;
    return true;
  }
}
