import { eachHeader, listItems, headerValues, type RawHeaders } from './raw-headers.ts';

/** Fields that belong to one connection, never to the message (RFC 9110 §7.6.1, with the ones of old practice). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Fields that a `Connection` line cannot take away: doing so would change what the message means. */
const endToEnd = new Set(['host', 'content-length', 'content-type', 'cookie', 'authorization']);

/** Headers that may be passed on: without the hop-by-hop ones, those that `Connection` names, and `drop`. */
export function endToEndHeaders(headers: readonly string[], drop?: ReadonlySet<string>): RawHeaders {
  const named = new Set(listItems(headerValues(headers, 'connection')).filter((item) => !endToEnd.has(item)));
  const kept: RawHeaders = [];
  eachHeader(headers, (lower, value, name) => {
    if (hopByHop.has(lower) || drop?.has(lower) || named.has(lower)) return;
    kept.push(name, value);
  });
  return kept;
}
