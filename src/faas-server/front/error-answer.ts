import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode } from '../../lib/error-catalogue.ts';
import type { PlatformError } from '../../lib/errors.ts';
import type { RawHeaders } from '../../lib/http/raw-headers.ts';
import { corsHeaders, serverCors } from './cors.ts';
import { isEncrypted } from './function-headers.ts';
import { lingerThenEnd } from './linger.ts';
import type { RequestContext } from './request-context.ts';
import { responseOver } from './response-over.ts';

/** The JSON that every failure of the platform is answered with. What nobody foresaw is the log's business alone. */
export function errorBody({ code, message, hint }: PlatformError, requestId: string): string {
  const reason = code === 'internal' ? 'the server failed; its log has more under the request id' : message;
  return `${JSON.stringify({ code, reason, ...(hint === undefined ? {} : { hint }), requestId })}\n`;
}

/** Answers with the error, or cuts the connection when an answer has begun. Resolves with the status that was sent. */
export async function answerError(context: RequestContext, error: PlatformError): Promise<number> {
  const { front, request, response, requestId } = context;
  if (response.headersSent) {
    cut(response);
    return response.statusCode;
  }
  if (response.destroyed || error.code === 'caller_gone') {
    response.destroy();
    return error.status;
  }
  const close = closing.has(error.code) || front.draining() || !bodyRead(request);
  const body = errorBody(error, requestId);
  response.writeHead(error.status, errorHeaders(error, body, { requestId, cors: corsOf(context), close }));
  if (request.method !== 'HEAD') response.write(body);
  // A caller that does not even read this does not keep its connection.
  const timer = setTimeout(() => response.destroy(), 2 * front.limits.linger.ms);
  lingerThenEnd(request, response, front.limits.linger);
  await responseOver(response);
  clearTimeout(timer);
  return error.status;
}

function corsOf({ front, route }: RequestContext): RawHeaders {
  if (route.via === undefined) return front.cors.enabled ? serverCors : [];
  return corsHeaders(front.cors, { candidate: route.candidates[0], via: route.via });
}

/** Who sends such a request may mean something else by the bytes behind it. */
const closing = new Set<ErrorCode>(['bad_request', 'method_not_allowed', 'expectation_failed']);

/** node:http says `complete` only after the handler of a request without a body has run. */
function bodyRead({ complete, headers }: IncomingMessage): boolean {
  const none = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  return complete || none;
}

/** Without the end of the chunks or the announced length the caller sees that bytes are missing; otherwise a reset tells. */
function cut(response: ServerResponse): void {
  const framed = response.hasHeader('content-length') || response.chunkedEncoding;
  // A reset needs the bare connection; the end of TLS without its alert tells as well.
  if (framed || isEncrypted(response.req)) response.destroy();
  else response.socket?.resetAndDestroy();
}

function errorHeaders(
  error: PlatformError,
  body: string,
  options: { requestId: string; cors: RawHeaders; close: boolean },
): RawHeaders {
  const headers: RawHeaders = [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
  ];
  headers.push('x-request-id', options.requestId);
  headers.push(...options.cors);
  const retryAfter = error.data['retryAfterSeconds'];
  if (typeof retryAfter === 'number') headers.push('Retry-After', String(retryAfter));
  const { realm } = error.data;
  if (typeof realm === 'string') headers.push('WWW-Authenticate', `Basic realm="${realm}", charset="UTF-8"`);
  if (options.close) headers.push('Connection', 'close');
  return headers;
}

/** The same for a connection that has no response object: malformed requests and refused upgrades. */
export function rawError(error: PlatformError, requestId: string): string {
  const body = errorBody(error, requestId);
  const headers = errorHeaders(error, body, { requestId, cors: [], close: true });
  let head = `HTTP/1.1 ${error.status} ${error.code}\r\n`;
  for (let index = 0; index + 1 < headers.length; index += 2)
    head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${head}\r\n${body}`;
}
