import { PlatformError } from '../../lib/errors.ts';
import type { Command, Flag, Invocation } from '../command.ts';
import { readEntries } from '../apply/functions-file.ts';
import { say, type Io } from '../io.ts';
import { watchFolder } from '../local/folder-watch.ts';
import { localFunction, type LocalFunction } from '../local/local-function.ts';
import { LocalProcess } from '../local/local-process.ts';
import { functionFlags } from './deploy-flags.ts';

const used = ['runtime', 'handler', 'from-file', 'env', 'timeout', 'memory'];

const flags: readonly Flag[] = [
  ...functionFlags.filter(({ name }) => used.includes(name)),
  {
    name: 'file',
    type: 'text',
    default: 'functions.yaml',
    description: 'File that has the function, for a name.',
  },
  { name: 'port', short: 'p', type: 'text', default: '8080', description: 'Port that it listens on.' },
  {
    name: 'watch',
    short: 'w',
    type: 'switch',
    description: 'Start it again after each change of its folder.',
  },
];

export const run: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'optional' }],
  flags,
  description:
    'Runs a function on this machine, with no cluster and no sandbox: calls share one process. Its dependencies must be installed beside it.',
  examples: [
    'kubeless function run hello --watch',
    'kubeless function run --runtime nodejs24 --handler index.main --from-file index.js',
  ],
  async run(invocation) {
    const { flags: given, io } = invocation;
    const port = portOf(given.text('port') ?? '');
    const target = await targetOf(invocation, String(port));
    const code = given.on('watch') ? await runAgain(target, port, io) : await runOnce(target, port, io);
    if (io.signal.aborted || code === 0) return;
    throw new PlatformError('crashed', `the function ended with exit code ${code}`, {
      hint: 'What it printed is above.',
    });
  },
};

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new PlatformError('bad_request', `Invalid port number ${text} specified: --port is 1 to 65535`);
}

async function targetOf({ args, flags: given, io }: Invocation, port: string): Promise<LocalFunction> {
  const [name] = args;
  if (name === undefined) return localFunction(given, io, port);
  const file = given.text('file') ?? '';
  const entry = (await readEntries(file, io)).get(name);
  if (entry === undefined) throw new PlatformError('not_found', `${file} has no function ${name}`);
  return localFunction(entry.values, entry.there, port);
}

async function runOnce(target: LocalFunction, port: number, io: Io): Promise<number> {
  await using process = new LocalProcess(target, io);
  const stopped = new Promise<number>((resolve) => onAbort(io.signal, () => resolve(0)));
  void announce(process, port, io);
  return await Promise.race([process.exited, stopped]); // awaited here: what is in use would end before it
}

/** Until the signal aborts; a function that cannot be loaded waits for the next change. */
async function runAgain(target: LocalFunction, port: number, io: Io): Promise<number> {
  let current = new LocalProcess(target, io);
  let restarts = Promise.resolve();
  void announce(current, port, io);
  const restart = async (): Promise<void> => {
    await current[Symbol.asyncDispose]();
    if (io.signal.aborted) return;
    current = new LocalProcess(target, io);
    void announce(current, port, io);
  };
  const onChange = (): void => {
    restarts = restarts.then(restart);
  };
  await watchFolder(target.folder, { clock: io.clock, signal: io.signal, onChange });
  await restarts;
  await current[Symbol.asyncDispose]();
  return 0;
}

async function announce(process: LocalProcess, port: number, io: Io): Promise<void> {
  if (await process.listening(port, io.clock)) say(io, `listening on http://127.0.0.1:${port}`);
  else if (!io.signal.aborted) say(io, 'the function has ended');
}

function onAbort(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
}
