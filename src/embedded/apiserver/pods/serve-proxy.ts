import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { errorMessage } from '../../../lib/errors.ts';
import { pods } from '../resources/kinds/pods.ts';
import { forbiddenBecause, methodNotAllowed } from '../status/refusals.ts';
import { StatusError } from '../status/status-error.ts';
import { fieldsOf, itemsOf } from '../validation/pod-spec.ts';
import type { ApiContext } from '../verbs/api-context.ts';
import { mustReadObject } from '../verbs/resource-request.ts';
import { splitPort, type PodPath } from './pod-path.ts';
import { builtin } from '../../../lib/builtin.ts';

const { request } = builtin('node:http');

/**
 * `<namespace>/<pod>:<port>` → Unix socket. Not from the pods' status: whoever may write that would choose where this
 * process, which is root, sends requests to. What is not here is not reached.
 */
export type ProxyTargets = ReadonlyMap<string, string>;

export interface ProxyExchange {
  readonly context: ApiContext;
  readonly targets: ProxyTargets;
  readonly path: PodPath;
  readonly query: URLSearchParams;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/** Of the answer; what a pod says about connections and cookies is not for the API server's client. */
const passedHeaders = ['content-type', 'content-length', 'content-encoding', 'x-request-id'];

/** `pods/<name>:<port>/proxy/…`, streamed both ways. @throws StatusError 400, 403, 404, 405, 503 before anything is sent. */
export async function serveProxy(exchange: ProxyExchange): Promise<void> {
  const { path, query, message, response, signal } = exchange;
  const { method = '' } = message;
  if (!['GET', 'HEAD', 'PUT'].includes(method)) throw methodNotAllowed();
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const outgoing = request({ socketPath: socketOf(exchange), method, path: `${path.rest}${search}`, signal });
  outgoing.setHeader('host', 'localhost');
  const answering = answerTo(outgoing);
  if (method === 'PUT') passBody(message, outgoing);
  else outgoing.end();
  const answer = await answering;
  const headers = passedHeaders.map((name) => [name, answer.headers[name]] as const);
  response.writeHead(answer.statusCode ?? 502, {
    ...Object.fromEntries(headers.filter(([, value]) => value !== undefined)),
    'Cache-Control': 'no-cache, private',
  });
  response.flushHeaders();
  await pipeline(answer, response);
}

const bodyHeaders = ['content-type', 'content-length'] as const;

/** What is left of it when the answer has come is read and thrown away: the client hears the answer only when it has sent all. */
function passBody(message: IncomingMessage, outgoing: ClientRequest): void {
  for (const name of bodyHeaders) {
    const value = message.headers[name];
    if (value !== undefined) outgoing.setHeader(name, value);
  }
  message.pipe(outgoing);
  message.once('error', (error) => outgoing.destroy(error));
  outgoing.once('close', () => {
    message.unpipe(outgoing);
    message.resume();
  });
}

function socketOf({ context, targets, path, query }: ProxyExchange): string {
  const { namespace } = path;
  const { name, port } = splitPort(path.name);
  const pod = mustReadObject(context, { definition: pods, namespace, name, subresource: 'proxy', query });
  const chosen = port === '' ? firstPort(fieldsOf(pod['spec'])) : port;
  const socket = targets.get(`${namespace}/${name}:${chosen}`);
  if (socket !== undefined) return socket;
  const why = `there is no way to its port ${chosen || 'of no number'}: only the platform's own pods can be reached`;
  throw forbiddenBecause(pods, name, why);
}

function firstPort(spec: Record<string, unknown>): string {
  const ports = itemsOf(spec['containers']).flatMap((container) => itemsOf(container['ports']));
  const number = ports[0]?.['containerPort'];
  return typeof number === 'number' ? String(number) : '';
}

async function answerTo(outgoing: ReturnType<typeof request>): Promise<IncomingMessage> {
  try {
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return answer;
  } catch (error) {
    const message = `error trying to reach service: ${errorMessage(error)}`;
    throw new StatusError({ code: 503, reason: 'ServiceUnavailable', message });
  }
}
