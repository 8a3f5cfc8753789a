import type { Duplex } from 'node:stream';
import { connectKontainer } from '../../kontainer/connection.ts';
import type { Exit, KillReason, StartKind } from '../../kontainer/kontainer.ts';
import type { Protocol } from '../../kontainer/spec.ts';
import type { CallLease, CallRequest } from '../calls/call-broker.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { RouteCandidate } from '../routes/route-candidate.ts';
import type { LeaseMessage, WorkerEnd } from './messages.ts';

export interface RemoteLeaseOptions {
  call: number;
  lease: LeaseMessage;
  channel: WorkerEnd;
  request: CallRequest;
}

/** A lease whose Kontainer belongs to the primary process; only its bytes come here directly. */
export class RemoteLease implements CallLease {
  readonly candidate: RouteCandidate;
  readonly protocol: Protocol;
  readonly timeoutMs: number;
  readonly start: StartKind;
  readonly queueMs: number;
  readonly startMs: number;
  readonly exited: Promise<Exit>;
  readonly #options: RemoteLeaseOptions;
  readonly #exit = Promise.withResolvers<Exit>();

  constructor(options: RemoteLeaseOptions) {
    this.#options = options;
    const { lease } = options;
    this.candidate = lease.candidate;
    this.protocol = lease.protocol;
    this.timeoutMs = lease.timeoutMs;
    this.start = lease.start;
    this.queueMs = lease.queueMs;
    this.startMs = lease.startMs;
    this.exited = this.#exit.promise;
  }

  connect(): Duplex {
    const { socketPath } = this.#options.lease;
    if (this.protocol !== 'cgi') return connectKontainer({ socketPath });
    return connectKontainer({ socketPath, callEnv: this.#options.request.callEnv(this.candidate) });
  }

  kill(reason: KillReason): void {
    this.#options.channel.send({ type: 'kill', call: this.#options.call, reason });
  }

  finish(record: CallRecord): void {
    this.#options.channel.send({ type: 'finish', call: this.#options.call, record });
  }

  /** The primary says that the Kontainer is gone. */
  end(exit: Exit): void {
    this.#exit.resolve(exit);
  }
}
