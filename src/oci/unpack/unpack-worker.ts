import { parentPort } from 'node:worker_threads';
import { PlatformError } from '../../lib/errors.ts';
import { unpackLayer, type UnpackRequest } from './unpack-layer.ts';
import type { UnpackReply } from './unpack-pool.ts';

/** A thread of unpack-pool.ts: one answer to each request. */
parentPort?.on('message', (request: UnpackRequest) => {
  void answer(request);
});

async function answer(request: UnpackRequest): Promise<void> {
  const reply = await unpackLayer(request).then(
    (result): UnpackReply => ({ result }),
    (error: unknown): UnpackReply => ({ failure: describe(error) }),
  );
  parentPort?.postMessage(reply);
}

function describe(error: unknown): Extract<UnpackReply, { failure: unknown }>['failure'] {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof PlatformError)
    return { message, code: error.code, hint: error.hint, data: error.data };
  return { message, errno: error instanceof Error && 'code' in error ? String(error.code) : undefined };
}
