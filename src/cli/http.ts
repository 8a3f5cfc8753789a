import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { errorMessage, PlatformError } from '../lib/errors.ts';
import { readAll } from './read-all.ts';

export interface HttpCall {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array | undefined;
  signal: AbortSignal;
  /** Sees the request before it is sent. */
  onRequest?: (request: ClientRequest) => void;
}

const maxRedirects = 5;

/**
 * Sends a request; resolves with the answer's head, its body is to be read. With node:http and not fetch, which refuses a
 * Host header and a GET with a body, and whose first use takes longer than a call.
 */
export async function send({
  url,
  method,
  headers,
  body,
  signal,
  onRequest,
}: HttpCall): Promise<IncomingMessage> {
  const target = parseUrl(url);
  const { request } = await (target.protocol === 'https:' ? import('node:https') : import('node:http'));
  const outgoing = request(target, { method, headers, signal });
  onRequest?.(outgoing);
  outgoing.end(body);
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  } catch (error) {
    if (signal.aborted) throw error;
    throw new PlatformError('not_ready', `cannot reach ${target.origin}: ${reason(error)}`, {
      hint: 'Check the address, and that what listens there is running.',
      cause: error,
    });
  }
}

/** The bytes behind a URL. Throws `bad_request` where it does not answer with 200. */
export async function download(url: string, signal: AbortSignal): Promise<Buffer> {
  let target = url;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const response = await send({ url: target, method: 'GET', headers: {}, signal });
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return readAll(response, url, signal);
    response.destroy();
    if (statusCode < 300 || statusCode > 399 || headers.location === undefined)
      throw new PlatformError('bad_request', `GET ${target} was answered with ${statusCode}`, {
        hint: 'Check the URL: the build will fetch it too.',
      });
    target = new URL(headers.location, target).href;
  }
  throw new PlatformError('bad_request', `${url} is redirected more than ${maxRedirects} times`);
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new PlatformError('bad_request', `"${text}" is no http:// or https:// URL`, {
    hint: 'Write it with its scheme: http://HOST:PORT.',
  });
}

/** Node tries each address of a host and puts the reasons into an AggregateError without a message. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join(', ');
  return errorMessage(error);
}
