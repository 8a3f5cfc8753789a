import { errorMessage, PlatformError } from '../../lib/errors.ts';
import { say, type Io } from '../io.ts';
import { requireFreePort } from './free-port.ts';
import { watchFolder } from './folder-watch.ts';
import { LocalCompiler } from './local-compiler.ts';
import type { LocalFunction } from './local-function.ts';
import { LocalProcess } from './local-process.ts';

/** Resolves with the exit code of the function, 0 once the signal aborts. Throws `crashed` where it does not compile. */
export async function runOnce(target: LocalFunction, port: number, io: Io): Promise<number> {
  await requireFreePort(port); // compiling may take a minute
  await using compiler = new LocalCompiler(target, io);
  const isCompiled = await compiler.compile();
  if (io.signal.aborted) return 0;
  if (!isCompiled)
    throw new PlatformError('crashed', 'the function does not compile', { hint: 'Why not is above.' });
  await compiler.install();
  await requireFreePort(port);
  await using process = new LocalProcess(target, io);
  const stopped = new Promise<number>((resolve) => onAbort(io.signal, () => resolve(0)));
  void announce(process, port, io);
  return await Promise.race([process.exited, stopped]); // awaited here: what is in use would end before it
}

/**
 * Until the signal aborts; a function that cannot be loaded waits for the next change, and one that cannot be compiled is served
 * as it was before.
 */
export async function runAgain(target: LocalFunction, port: number, io: Io): Promise<void> {
  await requireFreePort(port);
  await using compiler = new LocalCompiler(target, io);
  let current: LocalProcess | undefined;
  const restart = async (): Promise<void> => {
    const isCompiled = await compiler.compile();
    if (io.signal.aborted) return;
    if (!isCompiled) return notCompiled(current !== undefined, io);
    await current?.[Symbol.asyncDispose]();
    await compiler.install();
    current = undefined;
    try {
      await requireFreePort(port);
      current = new LocalProcess(target, io);
      void announce(current, port, io);
    } catch (error) {
      say(io, `${errorMessage(error)}; it is tried again after the next change`);
    }
  };
  let restarts = restart();
  let isNext = false;
  // However often it changes while it is compiled, that is one more time.
  const onChange = (): void => {
    if (isNext) return;
    isNext = true;
    restarts = restarts.then(() => {
      isNext = false;
      return restart();
    });
  };
  await watchFolder(target.folder, { clock: io.clock, signal: io.signal, onChange });
  await restarts;
  await current?.[Symbol.asyncDispose]();
}

function notCompiled(isServed: boolean, io: Io): void {
  say(io, `the function does not compile; ${isServed ? 'the version of before is served' : 'mend it'}`);
}

async function announce(process: LocalProcess, port: number, io: Io): Promise<void> {
  if (await process.listening(port, io.clock)) say(io, `listening on http://127.0.0.1:${port}`);
  else if (!io.signal.aborted) say(io, 'the function has ended');
}

function onAbort(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
}
