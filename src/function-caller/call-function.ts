import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../lib/clock.ts';
import { errorMessage, hasErrno, PlatformError } from '../lib/errors.ts';
import type { CallerConfig } from './caller-config.ts';
import { builtin } from '../lib/builtin.ts';

const { request: httpRequest } = builtin('node:http');

export interface CallOptions {
  config: CallerConfig;
  /** The bytes of the payload, if there is one. */
  body: Buffer | undefined;
  /** Tells this call from all others. */
  eventId: string;
  clock: Clock;
}

export interface Called {
  status: number;
  requestId: string | undefined;
  /** As much of the answer as is kept. */
  text: string;
}

/** Longer answers are read to their end, and cut. */
const keptBytes = 64 * 1024;

/**
 * Calls the function once. Rejects where it cannot be reached (`not_ready`), takes too long (`timeout`) or answers with 4xx
 * or 5xx (`bad_response`), and says why.
 */
export async function callFunction(options: CallOptions): Promise<Called> {
  const { config } = options;
  const limit = AbortSignal.timeout(config.timeoutMs);
  try {
    const called = await whenReachable(options, limit, () => exchange(options, limit));
    if (called.status < 400) return called;
    const what = `${config.host} answered ${called.status}: ${summary(called.text)}`;
    throw new PlatformError('bad_response', what);
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    if (limit.aborted && !hasErrno(error, ...notYet))
      throw new PlatformError('timeout', `${config.host} did not answer within ${config.timeoutMs / 1000} s`);
    throw unreachable(config, error);
  }
}

const reachableMs = 10_000;
const pauseMs = 500;
/** Nothing was sent yet: the name is not known yet, or the data plane just starts again. */
const notYet = ['ECONNREFUSED', 'EAI_AGAIN', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'];

async function whenReachable<T>(
  { clock }: CallOptions,
  limit: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  const end = clock.monotonic() + reachableMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!hasErrno(error, ...notYet) || clock.monotonic() > end) throw error;
      await clock.sleep(pauseMs, limit).catch(() => {
        throw error;
      });
    }
  }
}

function exchange(options: CallOptions, signal: AbortSignal): Promise<Called> {
  const { config, body } = options;
  const send = config.url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const request = send(config.url, { method, headers: headersOf(options), signal });
    request.on('error', reject);
    request.on('response', (response) => void readAnswer(response).then(resolve, reject));
    request.end(body);
  });
}

/** Those that Kubeless sent; the trigger's own are stronger. */
function headersOf({ config, body, eventId, clock }: CallOptions): Record<string, string | number> {
  const headers = new Map<string, string | number>([
    ['event-id', eventId],
    // As `date --rfc-3339=seconds --utc` writes it.
    ['event-time', `${new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' ')}+00:00`],
    ['event-namespace', config.eventNamespace],
    ['event-type', 'application/json'],
    ['content-type', 'application/json'],
    ['x-request-id', eventId],
  ]);
  for (const [name, value] of config.headers) headers.set(name.toLowerCase(), value);
  headers.set('host', config.host);
  if (body !== undefined) headers.set('content-length', body.length);
  return Object.fromEntries(headers);
}

async function readAnswer(response: IncomingMessage): Promise<Called> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (length < keptBytes) chunks.push(chunk);
    length += chunk.length;
  }
  const text = Buffer.concat(chunks).subarray(0, keptBytes).toString('utf8');
  const requestId = response.headers['x-request-id'];
  const id = Array.isArray(requestId) ? requestId[0] : requestId;
  return { status: response.statusCode ?? 0, requestId: id, text };
}

/** Errors of the platform are JSON: code, reason, hint. */
function summary(text: string): string {
  try {
    const { code, reason } = JSON.parse(text) as { code?: unknown; reason?: unknown };
    if (typeof code === 'string' && typeof reason === 'string') return `${code}: ${reason}`;
  } catch {
    // It is the function's own answer.
  }
  return text.slice(0, 1000);
}

function unreachable({ url, host }: CallerConfig, error: unknown): PlatformError {
  const message = `${host} cannot be reached through ${url.origin}: ${errorMessage(error)}`;
  const hint = 'Look whether the data plane runs, and what kubeless-config says of it.';
  return new PlatformError('not_ready', message, { hint, cause: error });
}
