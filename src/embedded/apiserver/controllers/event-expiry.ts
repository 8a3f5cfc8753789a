import type { Logger } from '../../../lib/log.ts';
import type { KubeObject } from '../../store/stored-object.ts';
import { coreEvents } from '../resources/kinds/events.ts';
import { fieldValue } from '../selectors/field-selector.ts';
import type { ApiContext } from '../verbs/api-context.ts';
import { deleteObject } from '../verbs/delete.ts';
import { listObjects } from '../verbs/list.ts';
import type { Controller, ObservedChange } from './controller.ts';
import { allOf, oneOf } from './internal-request.ts';

/** kube-apiserver's --event-ttl. */
const timeToLive = 3600 * 1000;
const timeFields = ['series.lastObservedTime', 'lastTimestamp', 'eventTime', 'metadata.creationTimestamp'];

/** Deletes events an hour after they were last seen. One timer, and only while there are events. */
export class EventExpiry implements Controller {
  readonly name = 'event-expiry';
  readonly #context: ApiContext;
  readonly #log: Logger;
  #waiting = false;
  readonly #stopped = new AbortController();

  constructor(context: ApiContext, log: Logger) {
    this.#context = context;
    this.#log = log;
  }

  resume(): void {
    this.run();
  }

  observe({ type, key }: ObservedChange): boolean {
    if (type !== 'DELETED' && key.resource === coreEvents.storage) this.#wait(timeToLive);
    return false;
  }

  run(): void {
    const now = this.#context.clock.now();
    const { items } = listObjects(this.#context, allOf(coreEvents));
    const [old, young] = [
      items.filter((event) => expiry(event) <= now),
      items.filter((event) => expiry(event) > now),
    ];
    for (const event of old)
      deleteObject(this.#context, oneOf(coreEvents, event), { dryRun: false, propagation: 'Background' });
    const next = young.reduce((earliest, event) => Math.min(earliest, expiry(event)), Infinity);
    if (next !== Infinity) this.#wait(next - now);
  }

  stop(): void {
    this.#stopped.abort();
  }

  #wait(milliseconds: number): void {
    if (this.#waiting) return;
    this.#waiting = true;
    const wake = (): void => {
      this.#waiting = false;
      this.run();
    };
    // It rejects only when it is stopped.
    this.#context.clock
      .sleep(milliseconds, this.#stopped.signal)
      .then(wake, () => undefined)
      .catch((err: unknown) => this.#log.error({ err }, 'events could not be expired'));
  }
}

function expiry(event: KubeObject): number {
  const times = timeFields
    .map((field) => Date.parse(fieldValue(event, field)))
    .filter((time) => !Number.isNaN(time));
  return Math.max(...times, 0) + timeToLive;
}
