import { PlatformError } from '../../lib/errors.ts';
import type { Command, Flag, Invocation } from '../command.ts';
import { readEntries } from '../apply/functions-file.ts';
import { localFunction, type LocalFunction } from '../local/local-function.ts';
import { runAgain, runOnce } from '../local/run-local.ts';
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
    'Runs a function on this machine, with no cluster and no sandbox: calls share one process. Its dependencies must be installed beside it; Go and Java are compiled by what is installed on this machine.',
  examples: [
    'kubeless function run hello --watch',
    'kubeless function run --runtime nodejs24 --handler index.main --from-file index.js',
  ],
  async run(invocation) {
    const { flags: given, io } = invocation;
    const port = portOf(given.text('port') ?? '');
    const target = await targetOf(invocation, String(port));
    if (given.on('watch')) return await runAgain(target, port, io);
    const code = await runOnce(target, port, io);
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
  const entries = await readEntries(file, io);
  const entry = entries.get(name);
  if (entry === undefined)
    throw new PlatformError('not_found', `${file} has no function ${name}`, {
      hint: `It has: ${[...entries.keys()].join(', ') || 'none'}.`,
    });
  return localFunction(entry.values, entry.there, port);
}
