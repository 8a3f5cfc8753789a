import { errorCatalogue, type ErrorCode } from './error-catalogue.ts';

export interface PlatformErrorOptions {
  cause?: unknown;
  /** What the reader can do about it, as one sentence. */
  hint?: string;
  /** Structured facts for logs and JSON answers; never host paths. */
  data?: Record<string, unknown>;
}

/** Every failure the platform itself reports. The code decides status, exit code and who must act. */
export class PlatformError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: PlatformErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'PlatformError';
    this.code = code;
    this.hint = options.hint;
    this.data = options.data ?? {};
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** Turns anything thrown into a PlatformError; the one place where unknown errors are normalised. */
export function toPlatformError(error: unknown, fallback: ErrorCode = 'internal'): PlatformError {
  if (error instanceof PlatformError) return error;
  return new PlatformError(fallback, errorMessage(error), { cause: error });
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for Node.js system errors with that code, such as `ENOENT`. */
export function hasErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
