import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../../lib/error-catalogue.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { UnpackRequest, UnpackResult } from './unpack-layer.ts';

/** Errors do not keep their class between threads. */
export type UnpackReply =
  | { result: UnpackResult }
  | {
      failure: {
        message: string;
        code?: ErrorCode;
        hint?: string | undefined;
        data?: Record<string, unknown>;
        errno?: string | undefined;
      };
    };

/**
 * Unpacks a layer in a thread of its own: synchronous file operations are several times as fast as asynchronous ones, and
 * must not block this event loop. Aborting ends the thread at once.
 */
export async function runUnpack(request: UnpackRequest, signal: AbortSignal): Promise<UnpackResult> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./unpack-worker.ts', import.meta.url), {
    workerData: request,
    // A parser's state is small; data goes through in pieces.
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return unwrap(await firstReply(worker, signal));
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function firstReply(worker: Worker, signal: AbortSignal): Promise<UnpackReply> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(
        signal.aborted ? signal.reason : new PlatformError('internal', 'The unpacking thread ended early.'),
      );
    });
  });
}

function unwrap(reply: UnpackReply): UnpackResult {
  if ('result' in reply) return reply.result;
  const { message, code, hint, data = {}, errno } = reply.failure;
  if (code !== undefined)
    throw new PlatformError(code, message, hint === undefined ? { data } : { hint, data });
  throw errno === undefined ? new Error(message) : Object.assign(new Error(message), { code: errno });
}
