import type { IncomingMessage } from 'node:http';
import { PlatformError } from '../../lib/errors.ts';
import { headerValues, listItems } from '../../lib/http/raw-headers.ts';
import { isHost } from '../routes/request-target.ts';

/**
 * Refuses what node:http lets pass but two servers in a row could read differently (RFC 9112 §3.2, §6.1, §11.2).
 * @throws PlatformError `bad_request`, `method_not_allowed`
 */
export function checkRequest(request: IncomingMessage): void {
  checkVersion(request);
  checkMethod(request);
  checkHost(request);
  checkFraming(request);
}

function checkVersion({ httpVersion }: IncomingMessage): void {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    throw new PlatformError('bad_request', `HTTP/${httpVersion} is not spoken here`, {
      hint: 'Use HTTP/1.1.',
    });
  }
}

function checkMethod({ method }: IncomingMessage): void {
  if (method === 'TRACE' || method === 'CONNECT') {
    throw new PlatformError('method_not_allowed', `${method} is not allowed`);
  }
}

function checkHost({ rawHeaders, httpVersion }: IncomingMessage): void {
  const hosts = headerValues(rawHeaders, 'host');
  if (hosts.length > 1) throw new PlatformError('bad_request', 'more than one Host header');
  const host = hosts[0];
  if (host === undefined && httpVersion === '1.1')
    throw new PlatformError('bad_request', 'the Host header is missing');
  if (host !== undefined && !isHost(host)) {
    throw new PlatformError('bad_request', 'the Host header is not a valid host');
  }
}

function checkFraming({ rawHeaders, httpVersion }: IncomingMessage): void {
  const codingLines = headerValues(rawHeaders, 'transfer-encoding');
  if (codingLines.length === 0) return;
  const codings = listItems(codingLines);
  if (httpVersion === '1.0' || codings.length !== 1 || codings[0] !== 'chunked') {
    throw new PlatformError('bad_request', 'a Transfer-Encoding other than chunked is not understood');
  }
  if (headerValues(rawHeaders, 'content-length').length > 0) {
    throw new PlatformError('bad_request', 'both Content-Length and Transfer-Encoding are given');
  }
}
