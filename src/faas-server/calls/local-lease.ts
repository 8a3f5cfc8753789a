import type { Duplex } from 'node:stream';
import type { Exit, KillReason, Kontainer, StartKind } from '../../kontainer/kontainer.ts';
import type { KontainerSpec, Protocol } from '../../kontainer/spec.ts';
import type { RouteCandidate } from '../routes/route-candidate.ts';
import type { CallLease } from './call-broker.ts';
import type { FinishedCall } from './call-output.ts';
import type { CallRecord } from './call-record.ts';

export interface LocalLeaseOptions {
  kontainer: Kontainer;
  candidate: RouteCandidate;
  spec: KontainerSpec;
  queueMs: number;
  startMs: number;
  /** The Kontainer is gone: its room is free. */
  freed(): void;
  /** The Kontainer is gone and the front has finished with the call. */
  over(call: FinishedCall): void;
}

export class LocalLease implements CallLease {
  readonly candidate: RouteCandidate;
  readonly protocol: Protocol;
  readonly timeoutMs: number;
  readonly start: StartKind;
  readonly queueMs: number;
  readonly startMs: number;
  readonly exited: Promise<Exit>;
  readonly #options: LocalLeaseOptions;
  #finished = false;

  constructor(options: LocalLeaseOptions) {
    this.#options = options;
    this.candidate = options.candidate;
    this.protocol = options.spec.protocol;
    this.timeoutMs = options.spec.timeoutMs;
    this.start = options.kontainer.start;
    this.queueMs = options.queueMs;
    this.startMs = options.startMs;
    this.exited = options.kontainer.exited;
    void this.exited.then(() => options.freed());
  }

  get kontainer(): Kontainer {
    return this.#options.kontainer;
  }

  connect(): Duplex {
    return this.#options.kontainer.connect();
  }

  kill(reason: KillReason): void {
    this.#options.kontainer.kill(reason);
  }

  finish(record: CallRecord): void {
    if (this.#finished) return;
    this.#finished = true;
    this.kill('done');
    void this.exited.then((exit) => this.#over(record, exit));
  }

  /** Frees the Kontainer of a call whose record is written elsewhere. */
  abandon(): void {
    this.#finished = true;
    this.kill('caller_gone');
  }

  #over(record: CallRecord, exit: Exit): void {
    const { candidate, kontainer, queueMs, startMs } = this.#options;
    const { namespace, name } = candidate;
    this.#options.over({
      namespace,
      name,
      record,
      kontainer: { id: kontainer.id, start: kontainer.start, queueMs, startMs, exit },
    });
  }
}
