import type { Clock } from '../lib/clock.ts';
import type { Lease } from './builtin-resources.ts';
import { formatMicroTime } from './conditions.ts';
import type { ObjectRef } from './objects.ts';

/**
 * What one candidate saw of the Lease, by its own clock: nodes' clocks differ, so the times in it are never compared. A
 * record that did not change for a lease's duration is dead.
 */
export class LeaseObservation {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #version = '';
  #changedAt = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** True if `identity` may take the Lease or has it already. */
  isFree(lease: Lease, identity: string): boolean {
    const { holderIdentity = '', leaseDurationSeconds = 0 } = lease.spec ?? {};
    this.#see(lease.metadata.resourceVersion ?? '');
    if (holderIdentity === '' || holderIdentity === identity) return true;
    return this.#clock.monotonic() - this.#changedAt >= leaseDurationSeconds * 1000;
  }

  #see(version: string): void {
    if (version === this.#version) return;
    this.#version = version;
    this.#changedAt = this.#clock.monotonic();
  }
}

export interface Claim {
  ref: ObjectRef;
  identity: string;
  durationSeconds: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The Lease held by `identity`, made from what is there. */
export function claimedLease(
  current: Lease | undefined,
  { ref, identity, durationSeconds, now }: Claim,
): Lease {
  const renewTime = formatMicroTime(now);
  const old = current?.spec ?? {};
  const isMine = old.holderIdentity === identity;
  const transitions = old.leaseTransitions ?? 0;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: current?.metadata ?? ref,
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: durationSeconds,
      acquireTime: isMine ? (old.acquireTime ?? renewTime) : renewTime,
      renewTime,
      leaseTransitions: isMine || current === undefined ? transitions : transitions + 1,
    },
  };
}

/** Held by nobody, so that the next one need not wait. */
export function releasedLease(lease: Lease, now: number): Lease {
  const renewTime = formatMicroTime(now);
  return { ...lease, spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime } };
}
