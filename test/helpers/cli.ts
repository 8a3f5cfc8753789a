import { Readable } from 'node:stream';
import { runCli } from '../../src/cli/cli.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { repository } from './program.ts';

export interface CliRun {
  exit: number;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  kubeconfig?: string;
  cwd?: string;
  stdin?: string | Buffer;
  env?: Record<string, string>;
  signal?: AbortSignal;
  /** Told of each piece of standard error as it comes. */
  onMessage?: (text: string) => void;
  /** Told of each piece of standard output as it comes. */
  onData?: (text: string) => void;
  /** As on a terminal. */
  isTTY?: boolean;
}

/** `kubeless` in this process, with streams and an environment of its own. */
export async function kubeless(argv: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const { kubeconfig, cwd = '/', stdin = '', env = {}, signal = new AbortController().signal } = options;
  const into = (chunks: Buffer[], onText?: (text: string) => void) => ({
    isTTY: options.isTTY ?? false,
    write(chunk: string | Uint8Array) {
      chunks.push(Buffer.from(chunk));
      onText?.(String(chunk));
    },
  });
  const exit = await runCli(argv, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: into(output.stdout, options.onData),
    stderr: into(output.stderr, options.onMessage),
    env: kubeconfig === undefined ? env : { KUBECONFIG: kubeconfig, ...env },
    cwd,
    root: repository,
    version: '1.2.3',
    clock: systemClock,
    random: () => 0.5,
    newId: () => 'an-id',
    signal,
  });
  const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString();
  return { exit, stdout: text(output.stdout), stderr: text(output.stderr) };
}
