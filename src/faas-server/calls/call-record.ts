import type { ErrorCode } from '../../lib/error-catalogue.ts';

/** `function_error` is an answer with a 5xx status that the function chose itself. */
export type Outcome = 'ok' | 'function_error' | ErrorCode;

/** What the HTTP front knows about one call when it is over. */
export interface CallRecord {
  requestId: string;
  /** Milliseconds since the epoch at its arrival. */
  time: number;
  method: string;
  /** Without the query, which may carry secrets. */
  path: string;
  status: number;
  outcome: Outcome;
  /** Why, for the log; never sent to a caller. */
  reason?: string;
  remote: string;
  bytesIn: number;
  bytesOut: number;
  /** From arrival; null when no byte of an answer was sent. */
  firstByteMs: number | null;
  totalMs: number;
}
