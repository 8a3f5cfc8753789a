import type { ServerResponse } from 'node:http';
import { errorMessage } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import { isDiskFull } from '../../store/database.ts';
import { internalError } from '../status/refusals.ts';
import { StatusError } from '../status/status-error.ts';

/** A finished answer: JSON, text, or bytes of `contentType`. */
export interface Reply {
  readonly code: number;
  readonly body: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
}

export function json(body: unknown, code = 200): Reply {
  return { code, body };
}

export function plain(text: string, code = 200): Reply {
  return { code, body: text, contentType: 'text/plain; charset=utf-8' };
}

/** Warn-text of RFC 9111 §5.5 as Kubernetes sends it: code 299, no agent. */
export function warningHeader(text: string): string {
  const safe = text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/(["\\])/g, '\\$1');
  return `299 - "${Buffer.from(safe).toString('latin1')}"`;
}

export function send(
  response: ServerResponse,
  { code, body, contentType, headers, warnings = [] }: Reply,
): void {
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  response.writeHead(code, {
    'Content-Type': contentType ?? 'application/json',
    'Content-Length': Buffer.byteLength(payload),
    'Cache-Control': 'no-cache, private',
    ...headers,
    ...(warnings.length > 0 && { Warning: warnings.map(warningHeader) }),
  });
  response.end(payload);
}

/** The one place where anything thrown becomes an answer. */
export function sendError(response: ServerResponse, error: unknown, log: Logger): void {
  if (!(error instanceof StatusError)) log.error({ err: error }, 'request failed');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = statusOf(error);
  // The rest of a refused body is not read, so the connection cannot be used again.
  const close = status.code === 413 ? { Connection: 'close' } : {};
  send(response, { code: status.code, body: status.toStatus(), headers: close });
}

function statusOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  return internalError(isDiskFull(error) ? diskFull : errorMessage(error));
}

const diskFull =
  'the disk of the API server is full: what is stored can be read, nothing can be written until space is freed';
