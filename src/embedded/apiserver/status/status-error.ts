import type { JsonObject } from '../../store/stored-object.ts';

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly { reason?: string; message: string; field?: string }[];
  readonly retryAfterSeconds?: number;
}

export interface StatusErrorOptions {
  readonly code: number;
  /** A StatusReason of Kubernetes, such as `NotFound`. */
  readonly reason: string;
  readonly message: string;
  readonly details?: StatusDetails;
}

/**
 * A refusal as the Kubernetes API says it (`kind: Status`). Clients branch on `reason` and `code`, so this protocol has
 * its own error type beside PlatformError, whose catalogue belongs to callers of functions.
 */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor({ code, reason, message, details }: StatusErrorOptions) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): JsonObject {
    const { message, reason, details, code } = this;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details && { details }),
      code,
    };
  }
}

/** The answer to a request that succeeded and has no object to show. */
export function successStatus(details: StatusDetails): JsonObject {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
