import type { Dispatcher } from 'undici';
import { errorMessage, PlatformError } from '../lib/errors.ts';
import { errorFromStatus, isStatus, KubeError } from './kube-error.ts';
import { describeNetworkError } from './network-error.ts';

type Response = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** Enough for a page of 500 objects near etcd's limit of 1.5 MB would be 750 MB; nobody wants that in memory. */
export const maxBodyBytes = 256 * 1024 * 1024;
const maxErrorBytes = 1024 * 1024;

/** Throws `response_too_large`, `bad_response`, or NetworkError where the connection broke. */
export async function readJson(body: AsyncIterable<Buffer>, limit = maxBodyBytes): Promise<unknown> {
  const text = await readText(body, limit);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new PlatformError('bad_response', `the API server sent no JSON: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

async function readText(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit)
        throw new PlatformError('response_too_large', `the API server sent more than ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw describeNetworkError(error, 'the API server');
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The error that an answer over 299 means. Proxies in between send text or HTML; then that is the message. */
export async function readError({ statusCode, headers, body }: Response): Promise<KubeError> {
  const text = await readText(body, maxErrorBytes);
  const retryAfterMs = parseRetryAfter(headers['retry-after']);
  const status = parseOrUndefined(text);
  if (isStatus(status)) return errorFromStatus(status, statusCode, retryAfterMs);
  const excerpt = text.slice(0, 200).trim();
  const message = `the API server answered ${statusCode}${excerpt === '' ? '' : `: ${excerpt}`}`;
  return new KubeError(statusCode, message, { retryAfterMs });
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RFC 9110 §10.2.3, seconds only: API servers send no dates. */
function parseRetryAfter(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
