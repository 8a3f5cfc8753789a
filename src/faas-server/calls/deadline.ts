import { PlatformError } from '../../lib/errors.ts';

/**
 * Runs `work` with a signal that aborts after `ms` with PlatformError `timeout`, or when `signal` aborts, with its reason.
 * Work that ignores the signal keeps the caller waiting: it has to obey it.
 */
export async function withDeadline<T>(
  { ms, signal }: { ms: number; signal: AbortSignal },
  work: (within: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  if (ms <= 0) throw timedOut();
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(timedOut()), ms);
  const forward = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}

export function timedOut(): PlatformError {
  return new PlatformError('timeout', 'the function did not finish within its timeout', {
    hint: 'Make the function faster or raise spec.timeout.',
  });
}
