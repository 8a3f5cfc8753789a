import type { ControllerSource } from '../../kube/controller-source.ts';
import type { Informer } from '../../kube/informer.ts';
import { keyOf } from '../../kube/objects.ts';
import type { Job } from '../../kube/workload-resources.ts';

/** Keeps the number of build Jobs at a time within a limit. Functions that wait are woken in the order they came. */
export class BuildSlots {
  /** Keys of Jobs that run, those that were made here and that the watch has not brought yet included. */
  readonly #running = new Set<string>();
  /** Keys of Functions, first come first. */
  readonly #waiting = new Set<string>();
  #limit = 1;
  #enqueue: (key: string) => void = () => undefined;

  /** Wakes the Functions that wait. */
  source(jobs: Pick<Informer<Job>, 'subscribe' | 'synced'>): ControllerSource {
    return {
      synced: () => jobs.synced,
      start: (enqueue) => {
        this.#enqueue = enqueue;
        return jobs.subscribe(({ type, object }) => {
          if (type === 'deleted' || hasEnded(object)) this.release(keyOf(object));
          else this.#running.add(keyOf(object));
        });
      },
    };
  }

  /** Takes a slot for a Job that is about to be made; without one, `functionKey` is enqueued when its turn comes. */
  take(jobKey: string, functionKey: string, limit: number): boolean {
    this.#limit = limit;
    const isFree = this.#running.has(jobKey) || this.#running.size < limit;
    if (isFree) {
      this.#running.add(jobKey);
      this.#waiting.delete(functionKey);
    } else this.#waiting.add(functionKey);
    return isFree;
  }

  /** The Job has ended, or was never made. */
  release(jobKey: string): void {
    if (this.#running.delete(jobKey)) this.#wake();
  }

  /** The Function needs no slot: who comes after it gets its turn. */
  leave(functionKey: string): void {
    if (this.#waiting.delete(functionKey)) this.#wake();
  }

  /** Functions that are before this one. */
  placeOf(functionKey: string): number {
    return [...this.#waiting].indexOf(functionKey);
  }

  /** They keep their places until they have taken a slot, or left. */
  #wake(): void {
    const free = this.#limit - this.#running.size;
    for (const key of [...this.#waiting].slice(0, Math.max(0, free))) this.#enqueue(key);
  }
}

export function hasEnded({ status }: Job): boolean {
  return (
    status?.conditions?.some(
      (condition) => condition.status === 'True' && ['Complete', 'Failed'].includes(condition.type),
    ) === true
  );
}
