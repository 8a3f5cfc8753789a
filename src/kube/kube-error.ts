import type { ErrorCode } from '../lib/error-catalogue.ts';
import { PlatformError } from '../lib/errors.ts';
import type { Status, StatusCause } from './objects.ts';

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  410: 'conflict',
  413: 'body_too_large',
  422: 'invalid',
  429: 'too_many_requests',
  502: 'not_ready',
  503: 'not_ready',
  504: 'not_ready',
};

/** What the API server refused, with its Status object. `code` is the platform's own, see the catalogue. */
export class KubeError extends PlatformError {
  /** HTTP status of the API server's answer. */
  readonly httpStatus: number;
  /** `Status.reason`, for example `AlreadyExists`; empty if the answer was no Status. */
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  /** How long the server asks to wait; from `Retry-After` or `Status.details`. */
  readonly retryAfterMs: number | undefined;

  constructor(httpStatus: number, message: string, details: KubeErrorDetails = {}) {
    const { reason = '', causes = [], retryAfterMs } = details;
    super(codes[httpStatus] ?? 'internal', message, { data: { httpStatus, reason } });
    this.name = 'KubeError';
    this.httpStatus = httpStatus;
    this.reason = reason;
    this.causes = causes;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface KubeErrorDetails {
  reason?: string | undefined;
  causes?: readonly StatusCause[] | undefined;
  retryAfterMs?: number | undefined;
}

/** A Status object, from an error answer or from a watch's ERROR event. */
export function errorFromStatus(status: Status, fallbackCode: number, retryAfterMs?: number): KubeError {
  const { code = fallbackCode, message, reason, details } = status;
  const seconds = details?.retryAfterSeconds;
  return new KubeError(code, message ?? `the API server answered ${code} without a message`, {
    reason,
    causes: details?.causes,
    retryAfterMs: retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1000),
  });
}

export function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}

function hasHttpStatus(error: unknown, status: number): error is KubeError {
  return error instanceof KubeError && error.httpStatus === status;
}

export function isNotFound(error: unknown): boolean {
  return hasHttpStatus(error, 404);
}

/**
 * Somebody else changed the object first: read it again and retry. Not true for `AlreadyExists`, also a 409. A patch
 * that expects another uid is answered with 422 and that field.
 */
export function isConflict(error: unknown): boolean {
  if (hasHttpStatus(error, 409)) return error.reason !== 'AlreadyExists';
  return hasHttpStatus(error, 422) && error.causes.some(({ field }) => field === 'metadata.uid');
}

export function isAlreadyExists(error: unknown): boolean {
  return hasHttpStatus(error, 409) && error.reason === 'AlreadyExists';
}

/** The resourceVersion or continue token is too old: list again. */
export function isExpired(error: unknown): boolean {
  return hasHttpStatus(error, 410) || (error instanceof KubeError && error.reason === 'Expired');
}

/** Resolves to undefined where the object does not exist. */
export async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
