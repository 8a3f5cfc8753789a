import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const repository = join(import.meta.dirname, '../..');

/**
 * The file of one of src/main. Suites that `make` runs start what users start, the bundles that it has just made; a test that is
 * run by hand starts the sources, which need no step between an edit and the test.
 */
export function programFile(name: string): string {
  const bundles = process.env['TEST_PROGRAMS'];
  return join(repository, bundles === undefined ? `src/main/${name}.ts` : `${bundles}/${name}.js`);
}

export interface RunningProgram extends AsyncDisposable {
  pid: number;
  /** The JSON line with which it said that it is ready. */
  ready: Record<string, unknown>;
}

/**
 * Starts one of src/main and waits for its line `{"ready":true,…}`. Its log goes where ours goes if it fails to start. Ends
 * with SIGTERM when it is disposed, and by SIGKILL should the test die.
 */
export async function startProgram(
  name: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<RunningProgram> {
  const program = [process.execPath, programFile(name), ...args];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exit = once(child, 'exit');
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line) as Record<string, unknown>);
    });
    void exit.then(([code]) => reject(new Error(`${name} ended with ${code} before it was ready:\n${log}`)));
  });
  return {
    pid: child.pid ?? 0,
    ready: await ready,
    async [Symbol.asyncDispose]() {
      child.kill();
      await exit;
    },
  };
}
