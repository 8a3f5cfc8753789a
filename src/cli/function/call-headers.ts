import { PlatformError } from '../../lib/errors.ts';

export interface CallHeadersOptions {
  body: Buffer | undefined;
  /** `Name: value`, as the user wrote them; they win. */
  given: readonly string[];
  id: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Kubeless' headers of an event from the command line, and the user's. Names are in lower case. */
export function callHeaders({ body, given, id, now }: CallHeadersOptions): Record<string, string> {
  const type =
    body !== undefined && isJsonObject(body) ? 'application/json' : 'application/x-www-form-urlencoded';
  return {
    'event-id': id,
    'event-time': new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    'event-namespace': 'cli.kubeless.io',
    ...(body === undefined
      ? {}
      : { 'content-type': type, 'event-type': type, 'content-length': String(body.length) }),
    ...Object.fromEntries(given.map(parseHeader)),
  };
}

export function parseHeader(line: string): [string, string] {
  const match = /^([-!#$%&'*+.^_`|~A-Za-z0-9]+):\s*(.*)$/.exec(line);
  if (match === null) throw new PlatformError('bad_request', `--header must be "Name: value", not "${line}"`);
  return [(match[1] ?? '').toLowerCase(), match[2] ?? ''];
}

function isJsonObject(body: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
