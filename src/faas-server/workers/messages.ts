import type { Exit, KillReason, StartKind } from '../../kontainer/kontainer.ts';
import type { Protocol } from '../../kontainer/spec.ts';
import type { ErrorCode } from '../../lib/error-catalogue.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { FrontServiceOptions, Ports } from '../front-service.ts';
import type { PlainAnswer } from '../front/front-options.ts';
import type { ReservedPath } from '../routes/route.ts';
import type { RouteCandidate } from '../routes/route-candidate.ts';
import type { RouteChange } from '../routes/route-table.ts';

/** A failure on its way between processes. */
export interface ErrorMessage {
  code: ErrorCode;
  message: string;
  hint?: string;
  data: Record<string, unknown>;
}

/** A lease on its way to the process that holds the call. */
export interface LeaseMessage {
  candidate: RouteCandidate;
  protocol: Protocol;
  timeoutMs: number;
  start: StartKind;
  queueMs: number;
  startMs: number;
  /** Unix socket of the Kontainer. */
  socketPath: string;
}

/** From a worker to the primary. `call` numbers a worker's calls, `ask` its questions. */
export type WorkerMessage =
  | {
      type: 'acquire';
      call: number;
      requestId: string;
      candidates: readonly RouteCandidate[];
      elapsedMs: number;
    }
  | { type: 'abandon'; call: number; error: ErrorMessage }
  | { type: 'kill'; call: number; reason: KillReason }
  | { type: 'finish'; call: number; record: CallRecord }
  | { type: 'refused'; record: CallRecord; candidates: readonly RouteCandidate[] }
  | { type: 'look'; ask: number; candidates: readonly RouteCandidate[] }
  | { type: 'page'; ask: number; path: ReservedPath }
  | { type: 'listening'; ports: Ports }
  | { type: 'metrics'; ask: number; metrics: object[] };

/** From the primary to a worker. */
export type PrimaryMessage =
  | { type: 'routes'; changes: readonly RouteChange[] }
  | { type: 'serve'; config: FrontServiceOptions['config'] }
  | { type: 'lease'; call: number; lease: LeaseMessage }
  | { type: 'failed'; call: number; error: ErrorMessage }
  | { type: 'exited'; call: number; exit: Exit }
  | { type: 'looked'; ask: number; found: boolean }
  | { type: 'page'; ask: number; answer: PlainAnswer }
  | { type: 'collect'; ask: number }
  | { type: 'drain' };

/** One end of a connection between two processes: messages in order, each a JSON value. */
export interface Channel<In, Out> {
  send(message: Out): void;
  onMessage(listener: (message: In) => void): void;
  /** The other process is gone. */
  onClose(listener: () => void): void;
}

export type PrimaryEnd = Channel<WorkerMessage, PrimaryMessage>;
export type WorkerEnd = Channel<PrimaryMessage, WorkerMessage>;

export function errorMessage({ code, message, hint, data }: PlatformError): ErrorMessage {
  return { code, message, data, ...(hint === undefined ? {} : { hint }) };
}

export function fromErrorMessage({ code, message, hint, data }: ErrorMessage): PlatformError {
  return new PlatformError(code, message, { data, ...(hint === undefined ? {} : { hint }) });
}
