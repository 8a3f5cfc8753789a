import type { Addon } from './addon.ts';
import type { Exchange } from './exchange.ts';

/**
 * Makes every way in which the process of one call can end answer the call and end it at once: Node's own end waits for
 * threads that a forked child does not have.
 */
export function guardEnd(addon: Addon, fd: number, exchange: Exchange): void {
  const leave = (code: number) => addon.exitNow(code, fd);
  const fail = async (problem: unknown) => {
    await exchange.fail(problem);
    leave(1);
  };
  process.once('uncaughtException', (problem) => void fail(problem));
  process.once('beforeExit', () => {
    void fail(new Error('The handler neither returned nor threw, and nothing is left to wait for'));
  });
  const onExit = (code: number) => {
    // Whoever subscribed during the call comes after us, and must be heard before the end.
    const listeners = process.listeners('exit');
    for (const listener of listeners.slice(listeners.indexOf(onExit) + 1)) listener.call(process, code);
    leave(code);
  };
  process.on('exit', onExit);
}
