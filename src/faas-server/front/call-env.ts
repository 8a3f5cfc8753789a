import type { IncomingMessage } from 'node:http';
import { cgiEnv } from '../protocols/cgi/cgi-env.ts';
import type { RouteCandidate } from '../routes/route-candidate.ts';

/** The environment of a program that is started for this request. */
export function callEnvFor(options: {
  request: IncomingMessage;
  chosen: RouteCandidate;
  host: string;
  headers: readonly string[];
}): Record<string, string> {
  const { request, chosen, host, headers } = options;
  const chunked = request.headers['transfer-encoding'] !== undefined;
  return cgiEnv({
    method: request.method ?? 'GET',
    prefix: chosen.prefix,
    target: chosen.target,
    headers,
    contentLength: chunked ? undefined : Number(request.headers['content-length'] ?? 0),
    httpVersion: request.httpVersion,
    host,
    remoteAddress: request.socket.remoteAddress ?? '',
  });
}
