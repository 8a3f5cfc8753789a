import { parentPort, workerData } from 'node:worker_threads';
import { PlatformError } from '../../lib/errors.ts';
import { unpackLayer, type UnpackRequest } from './unpack-layer.ts';
import type { UnpackReply } from './run-unpack.ts';

/** The thread that run-unpack.ts starts: one layer, one answer. */
const reply = await unpackLayer(workerData as UnpackRequest).then(
  (result): UnpackReply => ({ result }),
  (error: unknown): UnpackReply => ({ failure: describe(error) }),
);
parentPort?.postMessage(reply);

function describe(error: unknown): Extract<UnpackReply, { failure: unknown }>['failure'] {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof PlatformError)
    return { message, code: error.code, hint: error.hint, data: error.data };
  return { message, errno: error instanceof Error && 'code' in error ? String(error.code) : undefined };
}
