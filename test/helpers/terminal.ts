import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { shellWord } from '../../src/lib/shell-word.ts';

export interface TerminalOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Told all that the terminal has shown by now. */
  onScreen?: (screen: string) => void;
}

/** Runs a program on a pseudo-terminal of its own, script(1)'s; resolves to its exit code and all that the terminal showed. */
export async function onTerminal(
  argv: readonly string[],
  { onScreen, ...options }: TerminalOptions = {},
): Promise<{ exit: number | null; screen: string }> {
  const command = argv.map(shellWord).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => onScreen?.((shown += chunk.toString())));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const screen = await text(child.stdout);
  return { exit: await closed, screen: screen.replaceAll('\r\n', '\n') };
}
