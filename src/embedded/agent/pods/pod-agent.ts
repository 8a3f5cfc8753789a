import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Informer } from '../../../kube/informer.ts';
import { controllerOf } from '../../../kube/owner-references.ts';
import { whenAborted } from '../../../lib/abort.ts';
import { errorMessage, hasErrno } from '../../../lib/errors.ts';
import { isEnded, type Pod, type PodStatus } from '../kinds.ts';
import type { PodParts } from './pod-parts.ts';
import { removeTree } from './pod-places.ts';
import { named } from './prepare-pod.ts';
import { PodState } from './pod-state.ts';
import { PodEnd, runPod } from './run-pod.ts';
import { StatusWriter } from './status-writer.ts';

interface Running {
  abort: AbortController;
  done: Promise<void>;
}

/**
 * Runs the pods that Jobs made, each once: the folder of its logs, made before its first container, tells the next agent that
 * it has begun. What this agent does not bring to its end, because it was killed, the next one ends as disrupted.
 */
export class PodAgent {
  readonly #parts: PodParts;
  readonly #pods: Informer<Pod>;
  readonly #running = new Map<string, Running>();
  #begun: ReadonlySet<string> = new Set();
  #stopped = false;

  constructor(parts: PodParts, pods: Informer<Pod>) {
    this.#parts = parts;
    this.#pods = pods;
  }

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** Runs pods until the signal aborts; resolves when the last one is gone from this machine. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#pods.synced;
    this.#begun = new Set(await this.#parts.places.started());
    const unsubscribe = this.#pods.subscribe(({ type, object }) => {
      if (type === 'added') this.#begin(object);
      if (type === 'deleted' || object.metadata.deletionTimestamp !== undefined) this.#end(object);
    });
    await this.#removeOrphans();
    await whenAborted(signal);
    this.#stopped = true;
    unsubscribe();
    for (const { abort } of this.#running.values()) abort.abort();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  /** Logs of pods that were deleted while nobody was here. */
  async #removeOrphans(): Promise<void> {
    const known = new Set(this.#pods.list().map(({ metadata }) => metadata.uid ?? ''));
    for (const uid of this.#begun) if (!known.has(uid)) await removeTree(this.#parts.places.logsOf(uid));
  }

  #begin(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    if (isEnded(pod) || this.#running.has(uid) || controllerOf(pod)?.kind !== 'Job') return;
    const abort = new AbortController();
    const done = this.#work(pod, abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted)
        this.#parts.log.error({ err: error, pod: pod.metadata.name }, 'a pod could not be run');
    });
    this.#running.set(uid, { abort, done: done.finally(() => this.#running.delete(uid)) });
  }

  /** Its processes end at once; its logs go with it. */
  #end({ metadata }: Pod): void {
    const { uid = '' } = metadata;
    const running = this.#running.get(uid);
    running?.abort.abort();
    void (running?.done ?? Promise.resolve())
      .then(() => removeTree(this.#parts.places.logsOf(uid)))
      .catch((error: unknown) =>
        this.#parts.log.warn({ err: error, uid }, 'logs of a pod could not be removed'),
      );
  }

  async #work(pod: Pod, signal: AbortSignal): Promise<void> {
    const { clock, client, log, places } = this.#parts;
    const { uid = '' } = pod.metadata;
    let final: PodStatus | undefined;
    const state: PodState = new PodState(
      pod,
      () => clock.now(),
      () => writer.changed(),
    );
    const writer: StatusWriter = new StatusWriter({
      client,
      pod,
      status: () => final ?? state.status,
      clock,
      log,
      signal,
    });
    if (this.#begun.has(uid)) {
      final = await this.#earlierResult(uid);
      if (final === undefined) this.#disrupt(pod, state);
      else writer.changed();
    } else await this.#runToEnd(pod, state, signal);
    if (!signal.aborted) await this.#keepResult(places.resultOf(uid), final ?? state.status);
    await writer.flush();
  }

  #disrupt(pod: Pod, state: PodState): void {
    const [reason, message] = ['TerminationByKubelet', 'The agent of this machine ended while the pod ran.'];
    state.disrupted(reason, message);
    this.#parts.events.record(named(pod), { type: 'Warning', reason, message });
  }

  /** For the next agent. Not flushed to disk: after a power cut the pod counts as disrupted. */
  async #keepResult(path: string, status: PodStatus): Promise<void> {
    try {
      await writeFile(`${path}.new`, JSON.stringify(status));
      await rename(`${path}.new`, path);
    } catch (error) {
      // Nothing of it has run: there is no folder, and the next agent would begin anew.
      if (!hasErrno(error, 'ENOENT')) throw error;
    }
  }

  async #runToEnd(pod: Pod, state: PodState, signal: AbortSignal): Promise<void> {
    const { parts, uid } = { parts: this.#parts, uid: pod.metadata.uid ?? '' };
    try {
      await runPod({ pod, parts, state, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      parts.log.error({ err: error, pod: pod.metadata.name }, 'a pod could not be run');
      const reason = error instanceof PodEnd ? error.reason : 'NodeFailure';
      state.end('Failed', reason, errorMessage(error));
    } finally {
      if (!this.#stopped || signal.aborted) await removeTree(parts.places.workOf(uid));
    }
  }

  /** How a pod ended whose status did not come to the API server. */
  async #earlierResult(uid: string): Promise<PodStatus | undefined> {
    try {
      return JSON.parse(await readFile(this.#parts.places.resultOf(uid), 'utf8')) as PodStatus;
    } catch (error) {
      if (error instanceof SyntaxError || hasErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}
