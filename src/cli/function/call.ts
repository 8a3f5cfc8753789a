import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { isErrorCode } from '../error-code.ts';
import { PlatformError } from '../../lib/errors.ts';
import { firstArgument, type Command, type Flag, type Invocation } from '../command.ts';
import { connectionFlags } from '../common-flags.ts';
import { send, type HttpCall } from '../http.ts';
import { say } from '../io.ts';
import { explainFailure } from './explain-failure.ts';
import { CallTimings } from './call-timings.ts';
import { callHeaders } from './call-headers.ts';
import { functionUrl } from './function-url.ts';
import { readBytes } from './read-source.ts';

const flags: readonly Flag[] = [
  {
    name: 'data',
    short: 'd',
    type: 'text',
    description: 'Body of the request; - reads it from standard input.',
  },
  {
    name: 'data-file',
    short: 'f',
    type: 'text',
    description: 'File with the body; - is standard input.',
  },
  { name: 'method', short: 'X', type: 'text', description: 'HTTP method. Default: GET, POST with data.' },
  { name: 'path', type: 'text', description: "Path and query after the function's own address." },
  { name: 'header', short: 'H', type: 'text', repeatable: true, description: 'Header: "Name: value".' },
  { name: 'verbose', short: 'v', type: 'switch', description: 'Show request, status, headers and times.' },
  {
    name: 'url',
    type: 'text',
    description: "Where functions are called. Default: the server's configuration.",
  },
  ...connectionFlags,
];

export const call: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags,
  examples: [
    'kubeless function call hello --data \'{"name": "Ada"}\'',
    'kubeless function call hello --path /users?limit=3 -H "Accept: application/json" --verbose',
  ],
  async run(invocation) {
    const { flags: given, io } = invocation;
    const request = await buildRequest(invocation);
    const timings = new CallTimings(io.clock);
    const response = await send({ ...request, onRequest: (outgoing) => timings.watch(outgoing) });
    const verbose = given.on('verbose');
    if (verbose) describeExchange(invocation, request, response);
    const failed = (response.statusCode ?? 0) >= 400 ? await failure(response, invocation) : undefined;
    if (failed === undefined) await printBody(response, invocation);
    timings.mark('receive');
    if (verbose) say(io, `* ${timings.toString()}`);
    if (failed !== undefined) throw await explainFailure(failed, invocation);
  },
};

async function buildRequest(invocation: Invocation): Promise<HttpCall> {
  const { flags: given, io } = invocation;
  const body = await readBody(invocation);
  const path = given.text('path') ?? '';
  const separator = path === '' || /^[/?]/.test(path) ? '' : '/';
  return {
    url: `${await functionUrl(invocation, firstArgument(invocation))}${separator}${path}`,
    method: methodOf(given.text('method') ?? (body === undefined ? 'GET' : 'POST')),
    headers: callHeaders({ body, given: given.list('header'), id: io.newId(), now: io.clock.now() }),
    body,
    signal: io.signal,
  };
}

/** RFC 9110, 5.6.2 and 9.3.6: CONNECT is for proxies, and has an answer of another kind. */
function methodOf(text: string): string {
  const method = text.toUpperCase();
  if (/^[!#$%&'*+.^_`|~0-9A-Z-]+$/.test(method) && method !== 'CONNECT') return method;
  throw new PlatformError('bad_request', `--method ${JSON.stringify(text)} is no method of a call`, {
    hint: 'Write one such as GET, POST, PUT, PATCH or DELETE.',
  });
}

async function readBody({ flags: given, io }: Invocation): Promise<Buffer | undefined> {
  const [data, file] = [given.text('data'), given.text('data-file')];
  if (data !== undefined && file !== undefined)
    throw new PlatformError('bad_request', "You can't provide both --data and --data-file");
  if (file !== undefined) return readBytes(io, file);
  if (data === undefined) return undefined;
  return data === '-' ? readBytes(io, '-') : Buffer.from(data);
}

/** As it comes; text gets the line end that Kubeless gives it. */
async function printBody(response: IncomingMessage, { io }: Invocation): Promise<void> {
  let last: number | undefined;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    io.stdout.write(chunk);
    last = chunk.at(-1);
  }
  const isText = /^(text\/|application\/(json|.*\+json|xml))|^$/.test(response.headers['content-type'] ?? '');
  if (isText && last !== 0x0a) io.stdout.write('\n');
}

function describeExchange({ io }: Invocation, request: HttpCall, response: IncomingMessage): void {
  say(io, `> ${request.method} ${request.url}`);
  for (const [name, value] of Object.entries(request.headers)) say(io, `> ${name}: ${value}`);
  say(io, `< ${response.statusCode ?? 0} ${response.statusMessage ?? ''}`);
  for (let i = 0; i < response.rawHeaders.length; i += 2)
    say(io, `< ${response.rawHeaders[i] ?? ''}: ${response.rawHeaders[i + 1] ?? ''}`);
}

/** The platform's errors are JSON with code and reason; everything else is the function's own answer. */
async function failure(response: IncomingMessage, invocation: Invocation): Promise<PlatformError> {
  const body = await buffer(response);
  const status = response.statusCode ?? 0;
  const platform = platformError(body.toString('utf8'));
  if (status === 408)
    return new PlatformError('timeout', 'Request timeout exceeded', platform && moreTime(invocation));
  if (platform !== undefined) return new PlatformError(platform.code, platform.reason, hintOf(platform));
  const { stderr } = invocation.io;
  stderr.write(body);
  if (body.length > 0 && body.at(-1) !== 0x0a) stderr.write('\n');
  const id = response.headers['x-request-id'];
  const request = id === undefined ? '' : ` (request ${String(id)})`;
  return new PlatformError(
    'bad_response',
    `the function answered ${status} ${response.statusMessage ?? ''}${request}`,
    { hint: logsHint(firstArgument(invocation), id) },
  );
}

interface PlatformAnswer {
  code: ConstructorParameters<typeof PlatformError>[0];
  reason: string;
  hint?: string;
}

function platformError(body: string): PlatformAnswer | undefined {
  try {
    const { code, reason, hint } = JSON.parse(body) as Record<string, unknown>;
    if (!isErrorCode(code) || typeof reason !== 'string') return undefined;
    return { code, reason, ...(typeof hint === 'string' ? { hint } : {}) };
  } catch {
    return undefined; // not JSON, or null
  }
}

function moreTime(invocation: Invocation): { hint: string } {
  const command = `kubeless function update ${firstArgument(invocation)} --timeout 5m`;
  return { hint: `Make the function faster, or give it more time: "${command}".` };
}

function hintOf(answer: PlatformAnswer | undefined): { hint?: string } {
  return answer?.hint === undefined ? {} : { hint: answer.hint };
}

function logsHint(name: string, id: string | string[] | undefined): string {
  const request = id === undefined ? '' : ` --request-id ${String(id)}`;
  return `"kubeless function logs ${name}${request}" shows what it printed.`;
}
