import { parseArgs } from 'node:util';
import { errorMessage, PlatformError } from '../lib/errors.ts';

/** One call of a function, as the arguments say. */
export interface CallerConfig {
  /** Of the data plane. */
  url: URL;
  /** The function's host, which is the route to it. */
  host: string;
  /** JSON; the function is called with GET without one. */
  payload: string | undefined;
  payloadFile: string | undefined;
  headers: readonly (readonly [name: string, value: string])[];
  eventNamespace: string;
  timeoutMs: number;
}

const usage =
  'usage: call-function --url=URL --host=HOST --event-namespace=NAME [--payload=JSON | --payload-file=PATH] [--header="NAME: VALUE"]… [--timeout-seconds=N]';

/** Throws `bad_request` that names what is wrong. */
export function parseCallerConfig(args: readonly string[]): CallerConfig {
  const values = parse(args);
  return {
    url: parseUrl(required(values.url, '--url')),
    host: required(values.host, '--host'),
    payload: values.payload,
    payloadFile: values['payload-file'],
    headers: (values.header ?? []).map(parseHeader),
    eventNamespace: required(values['event-namespace'], '--event-namespace'),
    timeoutMs: parseSeconds(values['timeout-seconds'] ?? '180'),
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = {
      url: text,
      host: text,
      payload: text,
      'payload-file': text,
      header: { ...text, multiple: true },
      'event-namespace': text,
      'timeout-seconds': text,
      'termination-log': text,
    } as const;
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw wrong(errorMessage(error), error);
  }
}

function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw wrong(`${name} is required`);
  return value;
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw wrong(`--url: "${text}" is no URL`);
  return url;
}

function parseHeader(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon < 1) throw wrong('--header: write "Name: value"');
  return [text.slice(0, colon), text.slice(colon + 1).trim()];
}

/** Timers of Node.js hold no more. */
const longestTimer = 2_147_483;

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw wrong(`--timeout-seconds: "${text}" is no number of seconds`);
  return Math.min(seconds, longestTimer) * 1000;
}

function wrong(message: string, cause?: unknown): PlatformError {
  return new PlatformError('bad_request', message, { hint: usage, cause });
}
