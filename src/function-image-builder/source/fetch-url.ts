import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { errorMessage, PlatformError } from '../../lib/errors.ts';
import { sourceError, unreachable } from './source-error.ts';

export interface FetchOptions {
  fetch: typeof fetch;
  maxBytes: number;
  signal: AbortSignal;
}

/** Without user and password, which are nobody's business in a status. */
export function shownUrl(text: string): string {
  const url = new URL(text);
  return `${url.origin}${url.pathname}`;
}

/** Fetches a URL into a file, redirections followed. Rejects with `invalid` for 4xx, `not_ready` for what may pass. */
export async function fetchUrl(url: string, path: string, options: FetchOptions): Promise<void> {
  const response = await request(url, options);
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared > options.maxBytes) throw tooLarge(url, options.maxBytes);
  const body: AsyncIterable<Uint8Array> = response.body ?? new Blob([]).stream();
  let size = 0;
  const counted = async function* count(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > options.maxBytes) throw tooLarge(url, options.maxBytes);
      yield chunk;
    }
  };
  try {
    await pipeline(body, counted, createWriteStream(path), { signal: options.signal });
  } catch (error) {
    throw explain(url, error);
  }
}

async function request(url: string, { fetch, signal }: FetchOptions): Promise<Response> {
  const target = new URL(url);
  const headers = { accept: '*/*', ...login(target) };
  // fetch takes no URL with a login in it, and says all of it in its error.
  target.username = target.password = '';
  const response = await fetch(target, { signal, headers }).catch((error: unknown) => {
    throw explain(url, error);
  });
  if (response.ok) return response;
  await response.body?.cancel();
  const message = `${shownUrl(url)} answers ${response.status} ${response.statusText}.`;
  const author =
    response.status >= 400 && response.status < 500 && ![408, 425, 429].includes(response.status);
  throw author
    ? sourceError(message, 'Check the URL of the source; and the login in it, if there is one.')
    : unreachable(message, 'It is tried again.');
}

function login({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function explain(url: string, error: unknown): unknown {
  if (error instanceof PlatformError) return error;
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return error;
  if (error instanceof Error && error.name === 'TimeoutError')
    return unreachable(`Fetching ${shownUrl(url)} takes too long.`, 'It is tried again.', error);
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return unreachable(
    `${shownUrl(url)} cannot be reached: ${errorMessage(cause)}.`,
    'Check the URL, and that builds reach it; it is tried again.',
    error,
  );
}

function tooLarge(url: string, maxBytes: number): PlatformError {
  return sourceError(
    `${shownUrl(url)} has more than the ${maxBytes} bytes that a source may have.`,
    'Make it smaller, or build an image of your own (runtime custom).',
  );
}
