import { Worker } from 'node:worker_threads';
import { beside } from '../../lib/beside.ts';
import type { ErrorCode } from '../../lib/error-catalogue.ts';
import { PlatformError } from '../../lib/errors.ts';
import { isSmallLayer } from './small-layer.ts';
import { unpackLayer, type UnpackRequest, type UnpackResult } from './unpack-layer.ts';

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

/** Starting a thread takes 70 ms, more than unpacking a small layer; keeping one takes some 10 MB. */
const idleMs = 10_000;

/**
 * Unpacks layers in threads: synchronous file operations are several times as fast as asynchronous ones, and must not
 * block this event loop. As many threads as there are requests at a time; idle ones end soon, and never keep the process.
 * Small layers are not worth a thread.
 */
export class UnpackPool {
  readonly #idle = new Map<Worker, NodeJS.Timeout>();

  /** Rejects as unpackLayer does. Aborting ends the thread at once. */
  async run(request: UnpackRequest, signal: AbortSignal): Promise<UnpackResult> {
    signal.throwIfAborted();
    if (await isSmallLayer(request.blobPath)) return unpackLayer(request, signal);
    signal.throwIfAborted();
    const worker = this.#take();
    const stop = (): void => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const reply = await exchange(worker, request, signal);
      this.#keep(worker);
      return unwrap(reply);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #take(): Worker {
    const [entry] = this.#idle;
    if (entry === undefined) return startWorker();
    const [worker, timer] = entry;
    clearTimeout(timer);
    this.#idle.delete(worker);
    worker.ref();
    return worker;
  }

  #keep(worker: Worker): void {
    const timer = setTimeout(() => {
      this.#idle.delete(worker);
      void worker.terminate();
    }, idleMs);
    timer.unref();
    worker.unref();
    this.#idle.set(worker, timer);
  }
}

function startWorker(): Worker {
  return new Worker(beside(import.meta, 'unpack-worker'), {
    // A parser's state is small; data goes through in pieces.
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
}

function exchange(worker: Worker, request: UnpackRequest, signal: AbortSignal): Promise<UnpackReply> {
  return new Promise((resolve, reject) => {
    const onError = (error: unknown): void => settle(() => reject(error));
    const onExit = (): void => {
      const early = new PlatformError('internal', 'The unpacking thread ended early.');
      settle(() => reject(signal.aborted ? signal.reason : early));
    };
    const onMessage = (reply: UnpackReply): void => settle(() => resolve(reply));
    function settle(how: () => void): void {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      how();
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(request);
  });
}

function unwrap(reply: UnpackReply): UnpackResult {
  if ('result' in reply) return reply.result;
  const { message, code, hint, data = {}, errno } = reply.failure;
  if (code !== undefined)
    throw new PlatformError(code, message, hint === undefined ? { data } : { hint, data });
  throw errno === undefined ? new Error(message) : Object.assign(new Error(message), { code: errno });
}
