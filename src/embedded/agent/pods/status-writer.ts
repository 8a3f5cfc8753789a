import type { KubeClient } from '../../../kube/client-types.ts';
import { isConflict, orUndefined } from '../../../kube/kube-error.ts';
import { refOf } from '../../../kube/objects.ts';
import type { Clock } from '../../../lib/clock.ts';
import { errorMessage } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import { pods, type Pod, type PodStatus } from '../kinds.ts';

export interface StatusWriterOptions {
  client: Pick<KubeClient, 'mergePatch'>;
  pod: Pod;
  /** As it is when it is written, so that changes in quick succession are one write. */
  status: () => PodStatus;
  clock: Pick<Clock, 'sleep'>;
  log: Logger;
  /** Gives up: the pod is gone, or we are. */
  signal: AbortSignal;
}

const retryMs = 500;
/** Steps of a pod that takes less than this are one write; its end is written at once. */
const gatherMs = 200;

/** Brings a pod's status to the API server: one write at a time, the last one wins, and it is tried until it is there. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  #changed = false;
  #writing: Promise<void> | undefined;
  #gathering: AbortController | undefined;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** There is something new. */
  changed(): void {
    this.#changed = true;
    if (isFinal(this.#options.status())) this.#gathering?.abort();
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
      if (this.#changed && !this.#options.signal.aborted) this.changed();
    });
  }

  /** Resolves when everything by now is written, or nobody wants it any more. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    const { clock, log, signal, pod } = this.#options;
    while (this.#changed && !signal.aborted) {
      await this.#gather();
      this.#changed = false;
      try {
        await this.#send();
      } catch (error) {
        if (signal.aborted || isConflict(error)) return;
        log.warn(
          { pod: pod.metadata.name, reason: errorMessage(error) },
          'the status of a pod could not be written',
        );
        this.#changed = true;
        await clock.sleep(retryMs, signal).catch(() => undefined);
      }
    }
  }

  /** One container ends and the next begins: nobody needs to see the moment in between. */
  async #gather(): Promise<void> {
    const { clock, signal, status } = this.#options;
    if (isFinal(status())) return;
    this.#gathering = new AbortController();
    await clock.sleep(gatherMs, AbortSignal.any([signal, this.#gathering.signal])).catch(() => undefined);
    this.#gathering = undefined;
  }

  async #send(): Promise<void> {
    const { client, pod, status, signal } = this.#options;
    const { uid = '' } = pod.metadata;
    const options = { subresource: 'status', preconditions: { uid }, signal } as const;
    await orUndefined(client.mergePatch(pods, refOf(pod), { status: status() }, options));
  }
}

function isFinal({ phase }: PodStatus): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
