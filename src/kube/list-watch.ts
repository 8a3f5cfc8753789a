import type { Clock } from '../lib/clock.ts';
import { errorMessage, PlatformError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { backoffDelay } from './backoff.ts';
import type { KubeClient } from './client-types.ts';
import { isExpired, KubeError } from './kube-error.ts';
import type { KubeObject, WatchEvent } from './objects.ts';
import type { Resource } from './resource.ts';

export interface ListWatchTimings {
  /** First and longest delay after a failure. */
  backoffBaseMs: number;
  backoffCapMs: number;
  /** The server is asked to end a watch after once to twice this. */
  watchSeconds: number;
  /**
   * Reconnect after so long without event or bookmark. Longer than a watch may last, so that silence means a lost peer: of
   * a kind that nobody writes a kube-apiserver sends no bookmarks either.
   */
  silenceMs: number;
  /** A watch that ends sooner with nothing seen counts as a failure. */
  shortestWatchMs: number;
  /** After so many watches in a row that were answered, but said nothing, the version is given up for a new list. */
  fruitlessWatches: number;
}

const defaultTimings: ListWatchTimings = {
  backoffBaseMs: 500,
  backoffCapMs: 30_000,
  watchSeconds: 60,
  silenceMs: 150_000,
  shortestWatchMs: 1_000,
  fruitlessWatches: 10,
};

/** What is listed and watched, and with what. */
export interface ListWatchTarget<T extends KubeObject> {
  client: Pick<KubeClient, 'list' | 'watch'>;
  resource: Resource<T>;
  /** All namespaces if absent. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  clock: Clock;
  random: () => number;
  log: Logger;
  timings?: Partial<ListWatchTimings>;
}

interface ListWatchOptions<T extends KubeObject> extends ListWatchTarget<T> {
  onList: (objects: readonly T[]) => void;
  onEvent: (event: ObjectEvent<T>) => void;
}

type ObjectEvent<T extends KubeObject> = Exclude<WatchEvent<T>, { type: 'BOOKMARK' }>;

/** List, watch from the list's version, list again when that version is lost; until stopped. */
export class ListWatch<T extends KubeObject> {
  readonly #options: ListWatchOptions<T>;
  readonly #timings: ListWatchTimings;
  /** Where the next watch goes on; undefined asks for a list. */
  #version: string | undefined;
  #failures = 0;
  #fruitless = 0;
  #lastSignOfLife = 0;

  constructor(options: ListWatchOptions<T>) {
    this.#options = options;
    this.#timings = { ...defaultTimings, ...options.timings };
  }

  get lastSignOfLife(): number {
    return this.#lastSignOfLife;
  }

  /** Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        await this.#watch(this.#version, signal);
      } catch (error) {
        if (!signal.aborted) await this.#afterFailure(error, signal);
      }
    }
  }

  /** Without resourceVersion, so straight from etcd: a cache may lag behind what a watch already told us. */
  async #list(signal: AbortSignal): Promise<string> {
    const { client, resource, onList } = this.#options;
    const { items, metadata } = await client.list(resource, { ...this.#selection(), signal });
    this.#alive();
    this.#fruitless = 0;
    if (metadata.resourceVersion === undefined || metadata.resourceVersion === '')
      throw new PlatformError('bad_response', 'the API server sent a list without a resourceVersion');
    onList(items);
    return metadata.resourceVersion;
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { client, resource, clock, random } = this.#options;
    const { watchSeconds, silenceMs, shortestWatchMs } = this.#timings;
    const start = clock.monotonic();
    const events = client.watch(resource, {
      ...this.#selection(),
      resourceVersion,
      timeoutSeconds: Math.ceil(watchSeconds * (1 + random())),
      silenceMs,
      signal,
      onOpen: () => {
        this.#alive();
        this.#fruitless += 1;
      },
    });
    try {
      for await (const event of events) this.#handle(event);
    } finally {
      // A watch that lasted shows that the server is well: whatever ended it, the next try need not wait long.
      if (clock.monotonic() - start >= this.#timings.backoffCapMs) this.#failures = 0;
    }
    if (this.#fruitless > 0 && clock.monotonic() - start < shortestWatchMs)
      throw new KubeError(503, 'the API server ended a watch at once');
    this.#failures = 0;
    this.#giveUpDeadVersion();
  }

  #handle(event: WatchEvent<T>): void {
    this.#alive();
    this.#failures = 0;
    this.#fruitless = 0;
    if (event.type !== 'BOOKMARK') this.#options.onEvent(event);
    this.#version = event.object.metadata.resourceVersion;
  }

  async #afterFailure(failure: unknown, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    if (isExpired(failure)) this.#version = undefined;
    if (failure instanceof KubeError) this.#fruitless += 1;
    this.#giveUpDeadVersion();
    const delayMs = this.#delayAfter(failure);
    const fields = { reason: errorMessage(failure), failures: this.#failures, delayMs };
    // One interruption is everyday life; several in a row are somebody's concern.
    if (this.#failures === 0) log.info(fields, 'list-watch interrupted');
    else log.warn(fields, 'list-watch interrupted again');
    this.#failures += 1;
    await clock.sleep(delayMs, signal).catch(() => undefined);
  }

  #delayAfter(failure: unknown): number {
    const { backoffBaseMs: baseMs, backoffCapMs: capMs } = this.#timings;
    const delay = backoffDelay(this.#failures, { baseMs, capMs, random: this.#options.random });
    const asked = failure instanceof KubeError ? (failure.retryAfterMs ?? 0) : 0;
    return Math.max(delay, Math.min(asked, capMs));
  }

  /**
   * A version that the server does not know yet, after etcd was restored from a backup, is answered with neither an
   * error nor an event: only a new list helps.
   */
  #giveUpDeadVersion(): void {
    if (this.#fruitless >= this.#timings.fruitlessWatches) this.#version = undefined;
  }

  #alive(): void {
    this.#lastSignOfLife = this.#options.clock.now();
  }

  #selection(): { namespace?: string; labelSelector?: string; fieldSelector?: string } {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
  }
}
