import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { ReadyReason } from './failure.ts';

export interface Step {
  reason: ReadyReason;
  message: string;
}

export interface SlowProgressOptions {
  write: (step: Step) => Promise<void>;
  clock: Pick<Clock, 'sleep'>;
  log: Logger;
}

const afterMs = 500;

/**
 * Says what a deploy is at when that takes a while. Most steps are over before anybody could read of them, and each write
 * is one more change that everything which follows Images has to look at.
 */
export class SlowProgress implements AsyncDisposable {
  readonly #options: SlowProgressOptions;
  readonly #end = new AbortController();
  #step: Step | undefined;
  #waiting: Promise<void> | undefined;

  constructor(options: SlowProgressOptions) {
    this.#options = options;
  }

  /** In the place of a step that was not written yet. */
  begin(step: Step): void {
    this.#step = step;
    this.#waiting ??= this.#writeLater();
  }

  /** Nothing is written after this. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#waiting;
  }

  async #writeLater(): Promise<void> {
    const { clock, write, log } = this.#options;
    const { signal } = this.#end;
    while (this.#step !== undefined) {
      await clock.sleep(afterMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      const step = this.#step;
      this.#step = undefined;
      // How it ends is written all the same.
      await write(step).catch((error: unknown) =>
        log.warn({ reason: errorMessage(error) }, 'the progress of an Image could not be written'),
      );
    }
    this.#waiting = undefined;
  }
}
