import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.ts';
import { freePorts } from './free-ports.ts';

export interface GitDaemon extends AsyncDisposable {
  url: string;
}

/** git's own server on loopback, of the repository `<root>/repo`. */
export async function startGitDaemon(root: string, wanted?: number): Promise<GitDaemon> {
  const port = wanted ?? (await freePorts(1))[0] ?? 0;
  const args = ['--reuseaddr', '--export-all', `--base-path=${root}`, '--listen=127.0.0.1', `--port=${port}`];
  // Not through git itself, which would be its parent and leave it alone.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '/usr/lib/git-core/git-daemon', ...args], {
    stdio: 'ignore',
  });
  const exit = once(child, 'exit');
  const url = `git://127.0.0.1:${port}/repo`;
  await eventually('git serves', async () => {
    try {
      execFileSync('git', ['ls-remote', url], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
