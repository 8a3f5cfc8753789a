import type { Addon } from './addon.ts';
import { guardEnd } from './end-of-process.ts';
import { Exchange } from './exchange.ts';
import type { Function } from './function.ts';

/** Serves the one call of this process and ends it; `accept` blocks until the call is there. */
export async function serveOne(
  addon: Addon,
  accept: () => number,
  target: Function,
  bodyLimit: number,
): Promise<never> {
  const fd = accept();
  const exchange = new Exchange(fd);
  guardEnd(addon, fd, exchange);
  await exchange.serve(target, bodyLimit);
  return addon.exitNow(0, fd);
}
