import { errorMessage, PlatformError } from '../lib/errors.ts';
import { TerminalError, type ReconcileResult } from './controller.ts';

export interface FailureOptions {
  cause?: unknown;
  /** False where only a change of the object or of what it refers to helps; a number of milliseconds: not before. */
  retry?: boolean | number;
  /** Last lines of what failed. */
  log?: string;
}

/** Why an object is not ready, in the words that its author reads. */
export class ReconcileFailure<Reason extends string = string> extends Error {
  /** Of the condition Ready: one word for programs. */
  readonly reason: Reason;
  readonly retry: boolean | number;
  readonly log: string | undefined;

  constructor(reason: Reason, message: string, { cause, retry = true, log }: FailureOptions = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'ReconcileFailure';
    this.reason = reason;
    this.retry = retry;
    this.log = log;
  }
}

/** `cause` with this reason, unless it has one. What nobody expected is `InternalError`. */
export function toFailure<Reason extends string>(
  reason: Reason,
  cause: unknown,
  retry = true,
): ReconcileFailure<Reason | 'InternalError'> {
  // A failure from below has one of the reasons that all controllers know.
  if (cause instanceof ReconcileFailure) return cause as ReconcileFailure<Reason>;
  if (!(cause instanceof PlatformError))
    return new ReconcileFailure('InternalError', errorMessage(cause), { cause });
  const message = cause.hint === undefined ? cause.message : `${cause.message} ${cause.hint}`;
  return new ReconcileFailure(reason, message, { cause, retry });
}

/** What a reconcile ends with once the failure has been told. */
export function afterFailure(failure: ReconcileFailure): ReconcileResult {
  const { retry, message } = failure;
  if (typeof retry === 'number') return { requeueAfterMs: retry };
  if (retry) throw failure;
  throw new TerminalError(message, { cause: failure });
}
