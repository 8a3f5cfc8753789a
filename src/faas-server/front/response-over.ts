import type { ServerResponse } from 'node:http';

/** Resolves when the last byte of an ended response was handed to the kernel, or its connection is gone. */
export function responseOver(response: ServerResponse): Promise<void> {
  if (response.writableFinished || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('finish', resolve);
    response.once('close', resolve);
  });
}
