import type { IncomingMessage } from 'node:http';

const requestIdPattern = /^[A-Za-z0-9._:@/+=-]{1,128}$/;
const traceparentPattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Randomness as an argument. */
export interface IdSource {
  /** A UUID. */
  uuid(): string;
}

/** The caller's own id where it is harmless in headers, logs and file names; otherwise a new one. */
export function requestIdOf({ headers }: IncomingMessage, ids: IdSource): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && requestIdPattern.test(given) ? given : ids.uuid();
}

/** The caller's trace context (W3C Trace Context §3.2), or a new sampled-out one. */
export function traceparentOf({ headers }: IncomingMessage, ids: IdSource): string {
  const given = headers['traceparent'];
  if (typeof given === 'string' && traceparentPattern.test(given)) return given;
  const traceId = ids.uuid().replaceAll('-', '');
  const parentId = ids.uuid().replaceAll('-', '').slice(16);
  return `00-${traceId}-${parentId}-00`;
}
