import { watch } from 'node:fs';
import type { ObjectKey } from '../../store/stored-object.ts';
import type { ObjectStore } from '../../store/object-store.ts';

/** Tells that a log file grew or that its pod changed; what happens between two waits is not lost. */
export class LogChanges implements Disposable {
  readonly #stops: (() => void)[];
  #next = Promise.withResolvers<void>();

  constructor(store: Pick<ObjectStore, 'onChange'>, pod: ObjectKey, signal: AbortSignal) {
    const notify = (): void => this.#notify();
    const stopListening = store.onChange(({ key }) => {
      if (key.resource === pod.resource && key.path === pod.path) notify();
    });
    signal.addEventListener('abort', notify);
    this.#stops = [stopListening, () => signal.removeEventListener('abort', notify)];
  }

  watchFile(path: string): void {
    const watcher = watch(path, () => this.#notify()).on('error', () => this.#notify());
    this.#stops.push(() => watcher.close());
  }

  async wait(): Promise<void> {
    await this.#next.promise;
    this.#next = Promise.withResolvers();
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
  }

  #notify(): void {
    this.#next.resolve();
  }
}
