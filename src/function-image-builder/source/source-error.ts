import { hasErrno, PlatformError } from '../../lib/errors.ts';

/** Something that the author of the function must change. */
export function sourceError(message: string, hint: string, cause?: unknown): PlatformError {
  return new PlatformError('invalid', message, { hint, cause });
}

/** Something that can be right the next time. */
export function unreachable(message: string, hint: string, cause?: unknown): PlatformError {
  return new PlatformError('not_ready', message, { hint, cause });
}

/** Errors of the file system in words; others as they are. */
export function explainFileError(error: unknown): unknown {
  if (!hasErrno(error, 'ENOSPC', 'EDQUOT')) return error;
  return new PlatformError('disk_full', 'The disk of the build is full.', {
    hint: 'Free space on the node; it is tried again.',
    cause: error,
  });
}
