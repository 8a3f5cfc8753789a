import { hasErrno, PlatformError } from '../lib/errors.ts';
import { readableMessage } from '../lib/readable-message.ts';

/** Reasons of the Ready condition: one word for programs. */
export type ReadyReason =
  | 'Ready'
  | 'Pulling'
  | 'Unpacking'
  | 'InvalidSpec'
  | 'SecretNotFound'
  | 'ConfigMapNotFound'
  | 'InvalidSecret'
  | 'PullFailed'
  | 'InvalidImage'
  | 'DiskFull'
  | 'InternalError';

/** Why an Image is not ready, in the words that its author reads. */
export class DeployFailure extends Error {
  readonly reason: ReadyReason;
  /** False where only a change of the Image or of what it refers to helps. */
  readonly retry: boolean;

  constructor(reason: ReadyReason, message: string, options: { cause?: unknown; retry?: boolean } = {}) {
    super(readableMessage(message), options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'DeployFailure';
    this.reason = reason;
    this.retry = options.retry ?? true;
  }
}

/** Runs a step; what goes wrong in it gets this reason unless its cause has a better one. */
export async function step<T>(reason: ReadyReason, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFailure(reason, error);
  }
}

export function toFailure(reason: ReadyReason, cause: unknown): DeployFailure {
  if (cause instanceof DeployFailure) return cause;
  if (hasErrno(cause, 'ENOSPC', 'EDQUOT')) return diskFull(cause);
  if (!(cause instanceof PlatformError)) return unforeseen(cause);
  if (cause.code === 'disk_full') return diskFull(cause);
  const message = cause.hint === undefined ? cause.message : `${cause.message} ${cause.hint}`;
  return new DeployFailure(cause.code === 'internal' ? 'InternalError' : reason, message, { cause });
}

/** What nobody foresaw names paths of the node: it is the log's business alone. */
function unforeseen(cause: unknown): DeployFailure {
  const message =
    'The node failed to make the image ready; the log of faas-downloader has more. It is tried again.';
  return new DeployFailure('InternalError', message, { cause });
}

function diskFull(cause: unknown): DeployFailure {
  const message =
    'The disk of the node is full. Free space there or give the platform a larger volume; it is tried again.';
  return new DeployFailure('DiskFull', message, { cause });
}
