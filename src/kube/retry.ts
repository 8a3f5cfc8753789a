import type { Clock } from '../lib/clock.ts';
import { backoffDelay } from './backoff.ts';
import { KubeError } from './kube-error.ts';
import { NetworkError } from './network-error.ts';
import type { Method } from './transport.ts';

export interface RetryOptions {
  clock: Pick<Clock, 'sleep'>;
  random: () => number;
  /** Tries after the first one. */
  retries?: number;
  /** Longest single wait, whatever Retry-After says. */
  capMs?: number;
}

/**
 * Runs `attempt` again where that cannot do the work twice:
 * the server said that it did nothing (429, or Retry-After on a 5xx), nothing was sent, or the verb only reads.
 * A lost answer to a write is the caller's: reading the object tells what happened.
 */
export async function withRetry<T>(
  method: Method,
  options: RetryOptions & { signal?: AbortSignal | undefined },
  attempt: () => Promise<T>,
): Promise<T> {
  const { clock, random, retries = 4, capMs = 10_000, signal } = options;
  for (let retry = 0; ; retry += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (retry >= retries || !canRetry(method, error)) throw error;
      const wait = error instanceof KubeError ? error.retryAfterMs : undefined;
      const delay = backoffDelay(retry, { baseMs: 100, capMs, random });
      await clock.sleep(Math.min(capMs, Math.max(wait ?? 0, delay)), signal);
    }
  }
}

function canRetry(method: Method, error: unknown): boolean {
  if (error instanceof NetworkError) return method === 'GET' || !error.sent;
  if (!(error instanceof KubeError)) return false;
  const { httpStatus, retryAfterMs } = error;
  if (httpStatus === 429 || (httpStatus >= 500 && retryAfterMs !== undefined)) return true;
  return method === 'GET' && [502, 503, 504].includes(httpStatus);
}
