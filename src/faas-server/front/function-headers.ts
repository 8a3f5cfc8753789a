import type { IncomingMessage } from 'node:http';
import { endToEndHeaders } from '../../lib/http/hop-by-hop.ts';
import type { RawHeaders } from '../../lib/http/raw-headers.ts';

/** Fields the platform sets itself; the framing is the exchange's. */
const replaced = new Set([
  'host',
  'content-length',
  'expect',
  'x-request-id',
  'traceparent',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-prefix',
]);

export interface PlatformHeaders {
  requestId: string;
  traceparent: string;
  /** The part of the path that the function does not see. */
  prefix: string;
  /** The host the request is for: not always the Host header's (RFC 9112 §3.2.2). */
  host: string;
}

/**
 * What a function gets as headers: the caller's end-to-end ones (Host, event-*, ce-* among them) and the platform's.
 * faas-server stands behind an Ingress or a Service, so what a proxy before it said in X-Forwarded-* is kept.
 */
export function functionHeaders(request: IncomingMessage, ours: PlatformHeaders): RawHeaders {
  const { headers, rawHeaders, socket } = request;
  const all = endToEndHeaders(rawHeaders, replaced);
  all.unshift('Host', ours.host);
  all.push('x-request-id', ours.requestId, 'traceparent', ours.traceparent);
  const before = joined(headers['x-forwarded-for']);
  const remote = socket.remoteAddress ?? 'unknown';
  all.push('X-Forwarded-For', before === '' ? remote : `${before}, ${remote}`);
  all.push(
    'X-Forwarded-Proto',
    joined(headers['x-forwarded-proto']) || (isEncrypted(request) ? 'https' : 'http'),
  );
  all.push('X-Forwarded-Host', joined(headers['x-forwarded-host']) || ours.host);
  const prefix = joined(headers['x-forwarded-prefix']) + ours.prefix;
  if (prefix !== '') all.push('X-Forwarded-Prefix', prefix);
  return all;
}

/** Whether it came by the TLS port. */
export function isEncrypted({ socket }: IncomingMessage): boolean {
  return 'encrypted' in socket && socket.encrypted === true;
}

function joined(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}
