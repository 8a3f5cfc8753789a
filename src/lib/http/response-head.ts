import { isFieldValue, isToken, type RawHeaders } from './raw-headers.ts';

export interface ResponseHead {
  status: number;
  headers: RawHeaders;
}

const statusLinePattern = /^HTTP\/1\.[01] ([1-9][0-9]{2})(?: .*)?$/;

/** A message that does not follow the protocol; the text says how. */
export class HttpSyntaxError extends Error {
  override name = 'HttpSyntaxError';
}

/**
 * Reads a status line and field lines (RFC 9112 §4, §5) given as latin1 text without the empty line that ends them.
 * Strict: only CRLF ends a line, no folded lines, no space before the colon.
 */
export function parseResponseHead(text: string): ResponseHead {
  const lines = text.split('\r\n');
  const match = statusLinePattern.exec(lines[0] ?? '');
  if (!match) throw new HttpSyntaxError('the status line is not HTTP/1.1');
  const headers: RawHeaders = [];
  for (let index = 1; index < lines.length; index += 1) pushFieldLine(headers, lines[index] ?? '');
  return { status: Number(match[1]), headers };
}

/** Reads field lines, such as trailers, without a status line. */
export function parseFieldLines(text: string): RawHeaders {
  const headers: RawHeaders = [];
  if (text === '') return headers;
  for (const line of text.split('\r\n')) pushFieldLine(headers, line);
  return headers;
}

export function pushFieldLine(headers: RawHeaders, line: string): void {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0));
  if (!isToken(name)) throw new HttpSyntaxError('a header line has no valid name');
  const value = trimOws(line.slice(colon + 1));
  if (!isFieldValue(value)) throw new HttpSyntaxError(`the value of header ${name} has control characters`);
  headers.push(name, value);
}

function trimOws(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
}
