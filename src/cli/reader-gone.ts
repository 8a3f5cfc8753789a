import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { whenAborted } from '../lib/abort.ts';
import type { Output } from './io.ts';

/**
 * Resolves once nobody reads the pipe that `output` is, or `signal` aborts. A program is told of that by its next write only,
 * which may never come: `kubeless function logs hello -f | head -1`. Node.js cannot poll(2) for it; GNU tail does, and ends.
 */
export async function whenReaderGone({ fd }: Output, signal: AbortSignal): Promise<void> {
  if (fd === undefined || !fstatSync(fd).isFIFO()) return whenAborted(signal);
  const watch = ['-f', '-s', '0.5', '--pid', String(process.pid), '/dev/null'];
  const tail = spawn('tail', watch, { stdio: ['ignore', fd, 'ignore'] });
  const stop = (): unknown => tail.kill();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [, endedBy] = (await once(tail, 'exit')) as [number | null, NodeJS.Signals | null];
    if (endedBy !== 'SIGPIPE') await whenAborted(signal);
  } catch {
    await whenAborted(signal); // there is no tail
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
