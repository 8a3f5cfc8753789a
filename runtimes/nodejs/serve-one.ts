import type { Watch } from './end-of-process.ts';
import { Exchange } from './exchange.ts';
import type { Function } from './function.ts';

/** Serves the one call of this process; the caller then ends both. */
export async function serveOne(fd: number, target: Function, bodyLimit: number, watch: Watch): Promise<void> {
  const exchange = new Exchange(fd);
  watch({ fd, exchange });
  await exchange.serve(target, bodyLimit);
}
