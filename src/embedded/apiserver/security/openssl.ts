import { spawn } from 'node:child_process';
import { PlatformError } from '../../../lib/errors.ts';

/** Runs the openssl command line; Node.js can make keys but no certificates. @throws PlatformError with its last words. */
export async function openssl(args: readonly string[], cwd: string): Promise<void> {
  const child = spawn('openssl', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const words: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => words.push(text));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const code = await promise.catch((cause: unknown) => {
    throw new PlatformError('start_failed', 'openssl cannot be started', {
      cause,
      hint: 'Install it: apt-get install openssl',
    });
  });
  if (code !== 0)
    throw new PlatformError(
      'internal',
      `openssl ${args[0] ?? ''} failed: ${words.join('').trim().slice(-500)}`,
    );
}
