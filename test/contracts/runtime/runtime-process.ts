import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The ways to be run that a runtime image has; docs/protocol.md. */
export type Mode = 'template' | 'stream' | 'port';

/** A runtime as a plain process from the repository. */
export interface Runtime {
  command: readonly string[];
  /** Makes it load the stand-in for libkontainer in template mode. */
  stub(library: string): Record<string, string>;
  env: Record<string, string>;
  /** Folder of the functions. */
  functions: string;
  /** Of a module's file name. */
  suffix: string;
  convention?: Partial<Convention>;
}

/** Where the convention of a language differs from most others, or leaves something out. */
export interface Convention {
  modes: readonly Mode[];
  /** Of the fixture. */
  module: string;
  /** Content type of text that the handler returns. */
  textType: RegExp;
  /** Handlers that fail before they answer, and what is answered then. */
  failures: readonly string[];
  failureBody: RegExp;
  /** Whether a body that is JSON is handed over as what it means. */
  parsesJson: boolean;
  /** Whether there are handlers that answer later. */
  isAsync: boolean;
  /** What is no module of the language, and what says so. */
  broken: { source: string; message: RegExp };
  /** Ends the process while it is loaded, as if all were well. */
  exits: string;
  /** Needs on its second line what is not there, and the dependency file that could bring it. */
  needs: { source: string; dependencyFile: string };
  /** What cannot be loaded fails the build instead. */
  isCompiled: boolean;
}

const usual: Convention = {
  modes: ['stream', 'template', 'port'],
  module: 'kinds',
  textType: /^text\/html; charset=utf-8$/i,
  failures: ['fails', 'fails_async', 'stream_fails_at_once', 'bad_header'],
  failureBody: /^Internal Server Error$/,
  parsesJson: true,
  isAsync: true,
  broken: { source: '(', message: /SyntaxError/ },
  exits: '',
  needs: { source: '', dependencyFile: '' },
  isCompiled: false,
};

export function conventionOf({ convention }: Runtime): Convention {
  return { ...usual, ...convention };
}

export interface RuntimeProcess extends AsyncDisposable {
  /** Where the runtime listens: a path, or a TCP port. */
  address(): Promise<string | number>;
  /** All that it has printed. */
  output(): { stdout: string; stderr: string };
  /** Exit code. */
  exited: Promise<number | null>;
}

/** A template is process 1 of its container, and so is each of its forks: what tells processes apart by their id must not be fooled. */
const asFirstProcess = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];

const modeVariables: Readonly<Record<Mode, Record<string, string>>> = {
  port: { PORT: '0' },
  stream: { KONTAIN_STREAM_FD: '3' },
  template: { KONTAIN_TEMPLATE_FD: '3' },
};

/** Builds the stand-in for libkontainer unless it is there; suites that run at the same time may both do so. */
function buildStub(): string {
  const source = join(import.meta.dirname, 'stub-libkontainer.c');
  const folder = join(import.meta.dirname, '../../../build/test-runtime');
  const library = join(folder, 'libkontainer.so');
  const built = statSync(library, { throwIfNoEntry: false });
  if (built !== undefined && built.mtimeMs >= statSync(source).mtimeMs) return library;
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `${process.pid}.so`);
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-Wall', '-Wextra', '-Werror', '-o', draft, source]);
  renameSync(draft, library);
  return library;
}

/** Starts a runtime with a handler of the module `kinds`, or with `<module>.<function>`. */
export type Start = (handler: string, env?: Record<string, string>) => Promise<RuntimeProcess>;

/** Starts a runtime with one handler, `<module>.<function>`. */
export async function startRuntime(
  runtime: Runtime,
  handler: string,
  mode: Mode,
  env: Record<string, string> = {},
): Promise<RuntimeProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'runtime-'));
  const [module = '', name = ''] = handler.split('.');
  const target = { KUBELESS_INSTALL_VOLUME: runtime.functions, MOD_NAME: module, FUNC_HANDLER: name };
  const stub = mode === 'template' ? runtime.stub(buildStub()) : {};
  const inherited = { PATH: process.env['PATH'] ?? '' };
  const all = { ...inherited, ...runtime.env, ...target, ...modeVariables[mode], ...stub, ...env };
  const path = join(folder, 'call.sock');
  const command = mode === 'template' ? [...asFirstProcess, ...runtime.command] : runtime.command;
  const child = mode === 'port' ? start(command, all, 'ignore') : await startOnListener(command, all, path);
  return describe(child, folder, mode === 'port' ? null : path);
}

/** Gives the process a listening socket as descriptor 3; the name that it was bound to goes away with our own end. */
async function startOnListener(
  command: readonly string[],
  env: Record<string, string>,
  path: string,
): Promise<ChildProcess> {
  const server = createServer();
  server.listen(`${path}.bound`);
  await once(server, 'listening');
  linkSync(`${path}.bound`, path);
  // eslint-disable-next-line no-underscore-dangle -- Node has no other way to the descriptor of a listener
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  const child = start(command, env, fd);
  server.close();
  return child;
}

function start(
  [program = '', ...args]: readonly string[],
  env: Record<string, string>,
  third: number | 'ignore',
): ChildProcess {
  return spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe', third] });
}

function describe(child: ChildProcess, folder: string, path: string | null): RuntimeProcess {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    address: async () => path ?? (await listeningPort(child, output)),
    output: () => output,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listeningPort(child: ChildProcess, output: { stdout: string }): Promise<number> {
  for (;;) {
    const port = /port (\d+)/.exec(output.stdout)?.[1];
    if (port !== undefined) return Number(port);
    if (child.exitCode !== null) throw new Error('the runtime ended before it listened');
    await new Promise((resolve) => child.stdout?.once('data', resolve) && child.once('close', resolve));
  }
}
