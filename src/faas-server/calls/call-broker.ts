import type { Duplex } from 'node:stream';
import type { Exit, KillReason, StartKind } from '../../kontainer/kontainer.ts';
import type { Protocol } from '../../kontainer/spec.ts';
import type { RouteCandidate } from '../routes/route-candidate.ts';
import type { CallRecord } from './call-record.ts';

export interface CallRequest {
  readonly requestId: string;
  /** The first that exists is called. */
  readonly candidates: readonly RouteCandidate[];
  /** `clock.monotonic()` at the arrival of the call: its timeout counts from there. */
  readonly arrivedAt: number;
  /** Environment for a protocol that starts a program per call; asked for only then. */
  callEnv(chosen: RouteCandidate): Record<string, string>;
}

/** One Kontainer for one call, and all that is held for it. */
export interface CallLease {
  readonly candidate: RouteCandidate;
  readonly protocol: Protocol;
  readonly timeoutMs: number;
  readonly start: StartKind;
  /** Milliseconds spent waiting for room, and waiting for the Kontainer. */
  readonly queueMs: number;
  readonly startMs: number;
  connect(): Duplex;
  readonly exited: Promise<Exit>;
  kill(reason: KillReason): void;
  /** The call is over: kills what is left, frees everything, writes the record. Once. */
  finish(record: CallRecord): void;
}

/**
 * What the HTTP front needs from the owner of the Kontainers, which is in this process or in the primary one.
 * `acquire` rejects with PlatformError: `not_found`, `too_many_requests`, `timeout`, `start_failed`, `out_of_memory`,
 * `not_ready`, `draining`, or the signal's reason.
 */
export interface CallBroker {
  /** Whether one of them is a function that came just now, and whose routes the front has from here on. Never rejects. */
  look(candidates: readonly RouteCandidate[]): Promise<boolean>;
  acquire(request: CallRequest, signal: AbortSignal): Promise<CallLease>;
  /** Writes the record of a call that never had a lease. */
  refused(record: CallRecord, candidates: readonly RouteCandidate[]): void;
}
