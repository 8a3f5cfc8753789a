import { PlatformError } from '../../../lib/errors.ts';
import { eachHeader } from '../../../lib/http/raw-headers.ts';

export interface CgiRequest {
  method: string;
  /** What the route took from the path: SCRIPT_NAME. */
  prefix: string;
  /** The rest of the path and the query, percent-encoded. */
  target: string;
  /** For the function: end-to-end ones and the platform's. */
  headers: readonly string[];
  /** Undefined for a chunked body: then the program reads until end of file. 0 without a body. */
  contentLength: number | undefined;
  httpVersion: string;
  host: string;
  remoteAddress: string;
}

/** `Proxy` would become HTTP_PROXY, which many programs obey (httpoxy, CVE-2016-5385). */
const neverPassed = new Set(['proxy', 'content-type', 'content-length', 'authorization']);

/**
 * The meta-variables of one request (RFC 3875 §4.1), as bytes: each character of a value is one byte (latin1), as
 * node:http gives header values. Throws `bad_request` when the path cannot be one.
 */
export function cgiEnv(request: CgiRequest): Record<string, string> {
  const mark = request.target.indexOf('?');
  const path = mark === -1 ? request.target : request.target.slice(0, mark);
  return {
    ...headerVariables(request.headers),
    ...hostVariables(request.host),
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: 'kontain-faas',
    SERVER_PROTOCOL: `HTTP/${request.httpVersion}`,
    REQUEST_METHOD: request.method,
    REQUEST_URI: request.prefix + request.target,
    SCRIPT_NAME: request.prefix,
    PATH_INFO: decodePath(path),
    QUERY_STRING: mark === -1 ? '' : request.target.slice(mark + 1),
    REMOTE_ADDR: request.remoteAddress,
    ...bodyVariables(request.contentLength),
  };
}

function bodyVariables(contentLength: number | undefined): Record<string, string> {
  return contentLength === undefined || contentLength === 0 ? {} : { CONTENT_LENGTH: String(contentLength) };
}

function hostVariables(host: string): Record<string, string> {
  const port = /:([0-9]+)$/.exec(host);
  const name = port ? host.slice(0, port.index) : host;
  return { SERVER_NAME: name === '' ? 'localhost' : name, SERVER_PORT: port?.[1] ?? '80' };
}

/** HTTP_* and CONTENT_TYPE. Names with an underscore are left out: they could pose as another header. */
function headerVariables(headers: readonly string[]): Record<string, string> {
  const variables: Record<string, string> = {};
  eachHeader(headers, (lower, value) => {
    if (lower === 'content-type') variables['CONTENT_TYPE'] = value;
    if (neverPassed.has(lower) || lower.includes('_')) return;
    const key = `HTTP_${lower.toUpperCase().replaceAll('-', '_')}`;
    const before = variables[key];
    const separator = lower === 'cookie' ? '; ' : ', ';
    variables[key] = before === undefined ? value : before + separator + value;
  });
  return variables;
}

/** Decodes %XX to bytes; what is no valid encoding stays as it is. */
function decodePath(path: string): string {
  const decoded = path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  if (!decoded.includes('\0')) return decoded;
  throw new PlatformError('bad_request', 'the path has a NUL byte, which a CGI program cannot be given');
}
