import type { Addon } from './addon.ts';
import { builtin } from './builtin.ts';
import type { Exchange } from './exchange.ts';

const { inspect } = builtin('node:util');

interface Call {
  fd: number;
  exchange: Exchange;
}

/** Tells which call this process serves: from then on, whatever ends the process answers it. */
export type Watch = (call: Call | null) => void;

/**
 * Makes every way in which the process of one call can end answer the call and end it at once: Node's own end waits for
 * threads that a forked child does not have. A template does so for its children, which then have less to do; it
 * serves no call itself: what ends it is told, and no later call is forked from it.
 */
export function guardEnd(addon: Addon): Watch {
  let serving: Call | null = null;
  const fail = async (problem: unknown): Promise<void> => {
    if (serving === null) {
      process.stderr.write(`${inspect(problem)}\n`);
      return addon.exitNow(1, -1);
    }
    await serving.exchange.fail(problem);
    addon.exitNow(1, serving.fd);
  };
  process.once('uncaughtException', (problem) => void fail(problem));
  process.once('beforeExit', () => {
    if (serving !== null)
      void fail(new Error('The handler neither returned nor threw, and nothing is left to wait for'));
  });
  const onExit = (code: number) => {
    if (serving === null) return;
    // Whoever subscribed during the call comes after us, and must be heard before the end.
    const listeners = process.listeners('exit');
    for (const listener of listeners.slice(listeners.indexOf(onExit) + 1)) listener.call(process, code);
    addon.exitNow(code, serving.fd);
  };
  process.on('exit', onExit);
  return (call) => {
    serving = call;
  };
}
