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
}

/** `kubeless` in this process, with streams and an environment of its own. */
export async function kubeless(argv: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const into = (chunks: Buffer[]) => ({
    write: (chunk: string | Uint8Array) => chunks.push(Buffer.from(chunk)),
  });
  const { kubeconfig, cwd = '/', stdin = '', env = {} } = options;
  const exit = await runCli(argv, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: into(output.stdout),
    stderr: into(output.stderr),
    env: kubeconfig === undefined ? env : { KUBECONFIG: kubeconfig, ...env },
    cwd,
    root: repository,
    version: '1.2.3',
    clock: systemClock,
    random: () => 0.5,
    newId: () => 'an-id',
    signal: new AbortController().signal,
  });
  const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString();
  return { exit, stdout: text(output.stdout), stderr: text(output.stderr) };
}
