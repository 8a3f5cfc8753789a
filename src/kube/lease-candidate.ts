import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { leases, type Lease } from './builtin-resources.ts';
import type { KubeClient } from './client-types.ts';
import { isAlreadyExists, isConflict, orUndefined } from './kube-error.ts';
import { claimedLease, LeaseObservation, releasedLease } from './lease-record.ts';
import type { ObjectRef } from './objects.ts';

export interface LeaseOptions {
  client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  lease: Required<ObjectRef>;
  /** One process; the pod's name and uid, for example. */
  identity: string;
  clock: Clock;
  log: Logger;
  /** How long others wait after a renewal. Whole seconds. */
  durationSeconds: number;
  /** A claim older than this is not to be relied on. */
  renewDeadlineMs: number;
}

/** One process that wants a Lease or has it. */
export class LeaseCandidate {
  readonly #options: LeaseOptions;
  readonly #observation: LeaseObservation;
  /** As stored by our last claim; undefined once somebody else was seen to have it. */
  #held: Lease | undefined;
  #claimedAt = 0;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#observation = new LeaseObservation(options.clock);
  }

  /** Milliseconds for which the last claim still counts, from before it was sent; 0 or less: not the holder any more. */
  get validMs(): number {
    if (this.#held === undefined) return 0;
    const { clock, renewDeadlineMs } = this.#options;
    return this.#claimedAt + renewDeadlineMs - clock.monotonic();
  }

  /** Takes or renews the Lease; one attempt that may last `limitMs`. Never rejects. */
  async claim(limitMs: number, signal?: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const sentAt = clock.monotonic();
    try {
      await this.#within(limitMs, signal, async (limit) => {
        this.#held = await this.#write(limit);
        if (this.#held !== undefined) this.#claimedAt = sentAt;
      });
    } catch (error) {
      const isRace = isConflict(error) || isAlreadyExists(error);
      if (!isRace && signal?.aborted !== true) log.warn({ err: error }, 'could not claim the Lease');
    }
  }

  /** Lets the next one begin at once. Never rejects: at worst the Lease runs out. */
  async release(): Promise<void> {
    const { client, clock, log, renewDeadlineMs } = this.#options;
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    try {
      await this.#within(renewDeadlineMs, undefined, (signal) =>
        client.replace(leases, releasedLease(held, clock.now()), { signal }),
      );
    } catch (error) {
      log.warn({ err: error }, 'could not release the Lease');
    }
  }

  /** The Lease as ours; undefined while somebody else has it. */
  async #write(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, lease: ref, identity, durationSeconds, clock } = this.#options;
    const current = await orUndefined(client.get(leases, ref, { signal }));
    if (current !== undefined && !this.#observation.isFree(current, identity)) return undefined;
    const claimed = claimedLease(current, { ref, identity, durationSeconds, now: clock.now() });
    return current === undefined
      ? client.create(leases, claimed, { signal })
      : client.replace(leases, claimed, { signal });
  }

  /** A hung request must not hide that the time is over. */
  async #within<T>(
    ms: number,
    signal: AbortSignal | undefined,
    request: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const done = new AbortController();
    const late = new AbortController();
    const timer = this.#options.clock.sleep(ms, done.signal).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      return await request(signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]));
    } finally {
      done.abort();
      await timer;
    }
  }
}
