import { errorMessage, PlatformError } from '../lib/errors.ts';

/** Reasons of the condition Ready of a Function: one word for programs. */
export type FailureReason =
  | 'InvalidSpec'
  | 'InvalidConfiguration'
  | 'UnknownRuntime'
  | 'UnknownBuild'
  | 'Unsupported'
  | 'NoRegistry'
  | 'RegistryFailed'
  | 'SourceFailed'
  | 'DependenciesFailed'
  | 'CompileFailed'
  | 'PushFailed'
  | 'BuildFailed'
  | 'BuildTimeout'
  | 'Conflict'
  | 'PullFailed'
  | 'InternalError';

export interface FailureOptions {
  cause?: unknown;
  /** False where only a change of the Function or of what it refers to helps; a number of milliseconds: not before. */
  retry?: boolean | number;
  /** Last lines of what failed. */
  log?: string;
}

/** Why a Function is not ready, in the words that its author reads. */
export class FunctionFailure extends Error {
  readonly reason: FailureReason;
  readonly retry: boolean | number;
  readonly log: string | undefined;

  constructor(reason: FailureReason, message: string, { cause, retry = true, log }: FailureOptions = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'FunctionFailure';
    this.reason = reason;
    this.retry = retry;
    this.log = log;
  }
}

/** What goes wrong in `work` gets this reason unless it has one. */
export async function withReason<T>(reason: FailureReason, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFailure(reason, error);
  }
}

export function toFailure(reason: FailureReason, cause: unknown, retry = true): FunctionFailure {
  if (cause instanceof FunctionFailure) return cause;
  if (!(cause instanceof PlatformError))
    return new FunctionFailure('InternalError', errorMessage(cause), { cause });
  const message = cause.hint === undefined ? cause.message : `${cause.message} ${cause.hint}`;
  return new FunctionFailure(reason, message, { cause, retry });
}
