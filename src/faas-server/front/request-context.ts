import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallRecord, Outcome } from '../calls/call-record.ts';
import type { Route } from '../routes/route.ts';
import type { FrontOptions } from './front-options.ts';

/** One request while it is served. */
export interface RequestContext {
  readonly front: FrontOptions;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** `clock.monotonic()` at its arrival. */
  readonly arrivedAt: number;
  /** The caller waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** Known once the request could be read. */
  route: Route;
}

export const noRoute: Route = { host: '', candidates: [], reserved: undefined, via: undefined };

export interface RecordDetails {
  outcome: Outcome;
  status: number;
  reason?: string;
  bytesIn: number;
  bytesOut: number;
  /** `clock.monotonic()` at the head of the answer. */
  firstByteAt: number | null;
}

export function recordOf(context: RequestContext, details: RecordDetails): CallRecord {
  const { front, request, requestId, arrivedAt } = context;
  const { firstByteAt, ...rest } = details;
  const totalMs = front.clock.monotonic() - arrivedAt;
  return {
    requestId,
    time: front.clock.now() - totalMs,
    method: request.method ?? '',
    path: (request.url ?? '').split('?', 1)[0] ?? '',
    remote: request.socket.remoteAddress ?? '',
    ...rest,
    firstByteMs: firstByteAt === null ? null : firstByteAt - arrivedAt,
    totalMs,
  };
}
