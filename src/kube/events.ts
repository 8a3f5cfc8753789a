import { createHash } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { coreEvents, type CoreEvent } from './builtin-resources.ts';
import type { KubeClient } from './client-types.ts';
import { formatTime } from './conditions.ts';
import { isNotFound } from './kube-error.ts';
import type { KubeObject } from './objects.ts';

export interface EventRecorderOptions {
  client: Pick<KubeClient, 'create' | 'mergePatch'>;
  /** What reports, such as `faas-downloader`. */
  component: string;
  /** Node name, where the node matters. */
  host?: string;
  clock: Pick<Clock, 'now'>;
  log: Logger;
  /** Different events whose counts are remembered; the oldest are forgotten. Default 1,000. */
  maxRemembered?: number;
  /** Repeats of one event within so long are counted, and written with the first one after it. Default 10,000. */
  minIntervalMs?: number;
}

export interface EventInput {
  type: 'Normal' | 'Warning';
  /** One CamelCase word. */
  reason: string;
  /** A sentence; cut at the API's limit of 1,024 characters. */
  message: string;
}

interface Remembered {
  event: CoreEvent;
  writtenAt: number;
}

/**
 * Writes what `kubectl describe` shows below an object. Best effort: never rejects, one request at a time, repeats raise
 * a count instead of making objects.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #remembered = new Map<string, Remembered>();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  record(object: KubeObject, input: EventInput): void {
    const { log } = this.#options;
    if (this.#waiting >= 100)
      return log.warn({ reason: input.reason }, 'too many events wait; one was dropped');
    this.#waiting += 1;
    this.#last = this.#last
      .then(() => this.#write(object, input))
      .catch((error: unknown) => log.warn({ err: error, reason: input.reason }, 'could not record an event'))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Resolves when all that was recorded by now has been tried. */
  flush(): Promise<void> {
    return this.#last;
  }

  async #write(object: KubeObject, input: EventInput): Promise<void> {
    const { minIntervalMs = 10_000, clock } = this.#options;
    const now = clock.now();
    const key = fingerprint(object, input);
    const known = this.#remembered.get(key);
    if (known === undefined) return this.#create(key, this.#newEvent(object, input, key));
    known.event.count += 1;
    known.event.lastTimestamp = formatTime(now);
    if (now - known.writtenAt < minIntervalMs) return;
    known.writtenAt = now;
    await this.#update(key, known.event);
  }

  async #create(key: string, event: CoreEvent): Promise<void> {
    this.#remember(key, event);
    try {
      await this.#options.client.create(coreEvents, event);
    } catch (error) {
      this.#remembered.delete(key);
      throw error;
    }
  }

  /** Events live for an hour in most clusters; one that is gone is made again, with its count. */
  async #update(key: string, event: CoreEvent): Promise<void> {
    const { namespace = 'default', name = '' } = event.metadata;
    const { count, lastTimestamp } = event;
    try {
      await this.#options.client.mergePatch(coreEvents, { namespace, name }, { count, lastTimestamp });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await this.#create(key, event);
    }
  }

  #remember(key: string, event: CoreEvent): void {
    this.#remembered.set(key, { event, writtenAt: this.#options.clock.now() });
    const [oldest] = this.#remembered.keys();
    const { maxRemembered = 1000 } = this.#options;
    if (oldest !== undefined && this.#remembered.size > maxRemembered) this.#remembered.delete(oldest);
  }

  #newEvent(object: KubeObject, { type, reason, message }: EventInput, key: string): CoreEvent {
    const { component, host, clock } = this.#options;
    const { name = '', namespace = 'default', uid, resourceVersion } = object.metadata;
    const time = formatTime(clock.now());
    const suffix = `${clock.now().toString(16)}${key.slice(0, 8)}`;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name.slice(0, 200)}.${suffix}`, namespace },
      involvedObject: {
        name,
        namespace,
        ...(object.apiVersion === undefined ? {} : { apiVersion: object.apiVersion }),
        ...(object.kind === undefined ? {} : { kind: object.kind }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      type,
      reason,
      message: message.slice(0, 1024),
      source: { component, ...(host === undefined ? {} : { host }) },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    };
  }
}

function fingerprint({ metadata }: KubeObject, { type, reason, message }: EventInput): string {
  const parts = [metadata.uid, metadata.namespace, metadata.name, type, reason, message];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
