import { timedOut } from '../calls/deadline.ts';
import type { Exit } from '../../kontainer/kontainer.ts';
import { PlatformError } from '../../lib/errors.ts';

const sigkill = 9;

/** Waits for `promise` at most `ms`; undefined when it takes longer. */
export async function atMost<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Why a function's side ended before its answer did; `exit` is undefined when it still runs, then `otherwise` tells. */
export function explainExit(exit: Exit | undefined, otherwise: string): PlatformError {
  if (exit?.killed === 'timeout') return timedOut();
  if (exit?.killed === 'shutdown') return new PlatformError('draining', 'the server is shutting down');
  if (exit?.outOfMemory) {
    return new PlatformError('out_of_memory', 'the function used more memory than its limit', {
      hint: "Raise the function's memory limit or make it use less.",
    });
  }
  if (exit && crashed(exit)) {
    return new PlatformError(
      'crashed',
      `the function ended ${howItEnded(exit)} before its answer was complete`,
      {
        hint: "Look into the function's log for this request id.",
      },
    );
  }
  return new PlatformError('bad_response', otherwise);
}

/** It ended by itself, and not in good order. A kill for `closed` may have come after that. */
export function crashed({ killed, code, signal }: Exit): boolean {
  const ownSignal = signal !== null && !(killed === 'closed' && signal === sigkill);
  return (killed === null || killed === 'closed') && (ownSignal || (code !== null && code !== 0));
}

function howItEnded({ code, signal }: Exit): string {
  return signal === null ? `with exit code ${code}` : `by signal ${signal}`;
}
