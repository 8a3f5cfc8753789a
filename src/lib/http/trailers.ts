import { eachHeader, type RawHeaders } from './raw-headers.ts';

/**
 * Fields that change how a message is framed, routed, authenticated or understood, or that the platform vouches for. Behind
 * the body they would come too late for whoever checks them, and some recipients merge them into the headers
 * (RFC 9110 §6.5.1).
 */
const headersOnly = new Set([
  'age',
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'expect',
  'expires',
  'host',
  'keep-alive',
  'location',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'retry-after',
  'set-cookie',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'warning',
  'www-authenticate',
  'x-request-id',
]);
const headerFamilies = ['access-control-', 'if-', 'x-forwarded-'];

/** The trailers that may be passed on. */
export function safeTrailers(trailers: readonly string[]): RawHeaders {
  const kept: RawHeaders = [];
  eachHeader(trailers, (lower, value, name) => {
    if (headersOnly.has(lower) || headerFamilies.some((family) => lower.startsWith(family))) return;
    kept.push(name, value);
  });
  return kept;
}
