import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './program.ts';

export interface KubectlVersion {
  version: string;
  path: string;
}

/** The oldest and the newest kubectl that must work, see scripts/kubectl-versions. The first time it builds one: minutes. */
export async function kubectlVersions(): Promise<KubectlVersion[]> {
  const { stdout } = await promisify(execFile)(join(repository, 'scripts/kubectl-versions'));
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [version = '', path = ''] = line.split(' ');
      return { version, path };
    });
}

export interface Kubectl {
  /** Its standard output. Rejects with its standard error in the message when the exit code is not 0. */
  run(...args: string[]): Promise<string>;
  /** With a manifest on standard input. */
  send(manifest: object, ...args: string[]): Promise<string>;
  /** The exit code and both outputs, whatever they are. */
  try(...args: string[]): Promise<Finished>;
  /** Goes on until it is killed. */
  start(...args: string[]): ChildProcessWithoutNullStreams;
}

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** `env` comes on top of ours, for example EDITOR; the cache of discovery documents is private to `cache`. */
export function kubectl(
  path: string,
  kubeconfig: string,
  cache: string,
  env: NodeJS.ProcessEnv = {},
): Kubectl {
  const common = ['--kubeconfig', kubeconfig, '--cache-dir', cache];
  // It ends before its memory matters: collecting it takes two thirds of its processor time.
  const options = { env: { ...process.env, GOGC: 'off', ...env } };
  const start = (...args: string[]) => spawn(path, [...common, ...args], options);
  const finish = (args: string[], input = ''): Promise<Finished> =>
    new Promise((resolve, reject) => {
      const child = start(...args);
      const output = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
      child.on('error', reject).on('close', (code) => resolve({ code: code ?? -1, ...output }));
      child.stdin.on('error', () => undefined); // it may end without having read
      child.stdin.end(input);
    });
  const succeed = async (args: string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await finish(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  };
  return {
    run: (...args) => succeed(args),
    send: (manifest, ...args) => succeed([...args, '-f', '-'], JSON.stringify(manifest)),
    try: (...args) => finish(args),
    start,
  };
}
