import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const repository = join(import.meta.dirname, '../..');

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
  const program = [process.execPath, join(repository, 'src/main', `${name}.ts`), ...args];
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
