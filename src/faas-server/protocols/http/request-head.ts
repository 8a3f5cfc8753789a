import type { ExchangeCall } from '../exchange.ts';

/** The request line and headers for the function, with a framing of our own (RFC 9112 §3, §6). */
export function requestHead(call: ExchangeCall): string {
  let head = `${call.method} ${call.target} HTTP/1.1\r\n`;
  const { headers } = call;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  }
  return `${head}${framing(call)}Connection: close\r\n\r\n`;
}

function framing(call: ExchangeCall): string {
  const { length } = call.body;
  if (length === undefined) return 'Transfer-Encoding: chunked\r\n';
  if (length > 0 || !bodyless.has(call.method)) return `Content-Length: ${length}\r\n`;
  return '';
}

/** Methods for which a missing body needs no `Content-Length: 0` (RFC 9110 §8.6). */
const bodyless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);
