import type { Worker } from 'node:cluster';
import type { PrimaryEnd, PrimaryMessage, WorkerEnd, WorkerMessage } from './messages.ts';

/** The primary's end of Node's own channel to a worker. What cannot be sent any more is of no use to anyone. */
export function primaryEnd(worker: Worker): PrimaryEnd {
  return {
    send: (message) => {
      if (worker.isConnected()) worker.send(message, () => undefined);
    },
    onMessage: (listener) => void worker.on('message', (message: WorkerMessage) => listener(message)),
    onClose: (listener) => void worker.once('disconnect', listener),
  };
}

/** The worker's end. */
export function workerEnd(worker: NodeJS.Process): WorkerEnd {
  return {
    send: (message) => {
      if (worker.connected) worker.send?.(message, undefined, {}, () => undefined);
    },
    onMessage: (listener) => void worker.on('message', (message) => listener(message as PrimaryMessage)),
    onClose: (listener) => void worker.once('disconnect', listener),
  };
}
