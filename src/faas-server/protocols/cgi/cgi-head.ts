import { HttpSyntaxError, pushFieldLine, type ResponseHead } from '../../../lib/http/response-head.ts';
import { eachHeader, type RawHeaders } from '../../../lib/http/raw-headers.ts';

export interface CgiHead {
  head: ResponseHead;
  /** Index of the first byte of the body. */
  bodyStart: number;
}

/**
 * Reads the header block of a CGI response (RFC 3875 §6.2, §6.3), whose lines end in LF or CRLF. Undefined while the
 * empty line that ends it has not come.
 * @throws HttpSyntaxError
 */
export function parseCgiHead(bytes: Buffer): CgiHead | undefined {
  const lines: string[] = [];
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(10, start);
    if (end === -1) return undefined;
    const line = bytes.toString('latin1', start, bytes[end - 1] === 13 && end > start ? end - 1 : end);
    start = end + 1;
    if (line === '') return { head: cgiResponse(lines), bodyStart: start };
    lines.push(line);
  }
}

function cgiResponse(lines: string[]): ResponseHead {
  if (lines[0]?.startsWith('HTTP/'))
    throw new HttpSyntaxError('it has a status line; CGI answers with a Status header');
  const raw: RawHeaders = [];
  for (const line of lines) pushFieldLine(raw, line);
  const headers: RawHeaders = [];
  let status: number | undefined;
  let location = false;
  eachHeader(raw, (lower, value, name) => {
    if (lower === 'status') {
      if (status !== undefined) throw new HttpSyntaxError('it has more than one Status header');
      status = parseStatus(value);
      return;
    }
    location ||= lower === 'location';
    headers.push(name, value);
  });
  if (headers.length === 0 && status === undefined) throw new HttpSyntaxError('it has no header');
  // A redirect without a Status is a 302, also for a path of this server: it is the caller who follows it.
  return { status: status ?? (location ? 302 : 200), headers };
}

function parseStatus(value: string): number {
  const match = /^([2-5][0-9]{2})(?: .*)?$/.exec(value);
  if (!match) throw new HttpSyntaxError('its Status header is not a number from 200 to 599');
  return Number(match[1]);
}
