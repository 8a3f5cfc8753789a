import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Typed {
  exit: number;
  /** Both outputs, in the order in which they came. */
  output: string;
}

export interface TypingShell extends AsyncDisposable {
  /** Ends with the first command that fails, as nobody would type on. */
  type(commands: string): Promise<Typed>;
}

/** Each text goes on in the folder and with the exported variables of the one before, as for somebody who sits at a shell. */
export async function typingShell(cwd: string, env: NodeJS.ProcessEnv): Promise<TypingShell> {
  const state = await mkdtemp(join(tmpdir(), 'kontain-typing-'));
  await writeFile(join(state, 'variables'), '');
  await writeFile(join(state, 'folder'), cwd);
  const before = '. "$0/variables"; cd "$(cat "$0/folder")"; set -eo pipefail';
  const after = 'export -p > "$0/variables"; pwd > "$0/folder"';
  return {
    async type(commands) {
      const script = `${before}\n${commands}\n${after}\n`;
      const shell = spawn('bash', ['-c', `exec 2>&1\n${script}`, state], { env });
      shell.stdin.end();
      let output = '';
      shell.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      const exit = await new Promise<number>((resolve, reject) => {
        shell.on('error', reject).on('close', (code) => resolve(code ?? -1));
      });
      return { exit, output };
    },
    [Symbol.asyncDispose]: () => rm(state, { recursive: true }),
  };
}
