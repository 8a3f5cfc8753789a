import type { OutputStream } from '../../kontainer/kontainer.ts';
import type { CallRecord } from './call-record.ts';
import type { Exit, StartKind } from '../../kontainer/kontainer.ts';

export interface CallIdentity {
  namespace: string;
  name: string;
  requestId: string;
}

/** Keeps what functions print. Never blocks and never throws. */
export interface OutputLog {
  write(call: CallIdentity, stream: OutputStream, chunk: Buffer): void;
  /** Nothing more of this call comes. */
  end(call: CallIdentity): void;
}

/** One call, whole: what the front saw and what the Kontainer cost. Null where it never came that far. */
export interface FinishedCall {
  /** Null when no such function exists. */
  namespace: string | null;
  name: string | null;
  record: CallRecord;
  kontainer: { id: string; start: StartKind; queueMs: number; startMs: number; exit: Exit } | null;
}

/** Learns of every call that is over. */
export type CallObserver = (call: FinishedCall) => void;
