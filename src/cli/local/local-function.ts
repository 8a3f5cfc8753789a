import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { parseDuration } from '../../api/duration.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { FlagValues } from '../flag-values.ts';
import type { Io } from '../io.ts';
import { pairs } from '../key-values.ts';
import { compiledProgram, type CompiledPlace, type Compilation } from './compiled-function.ts';

/** How a function is run on this machine, without cluster and sandbox. */
export interface LocalFunction {
  /** Program and arguments. */
  argv: readonly [string, ...string[]];
  env: Record<string, string>;
  /** Of the source; watched. */
  folder: string;
  /** What there is to do before it can be started. */
  compilation?: Compilation;
}

/** From the flags of `function deploy`. Throws `bad_request`. */
export function localFunction(flags: FlagValues, io: Io, port: string): LocalFunction {
  const file = sourceFile(flags, io);
  const folder = dirname(file);
  const runtime = flags.text('runtime') ?? '';
  const handler = (flags.text('handler') ?? '').split('.');
  if (handler.length !== 2)
    throw new PlatformError('bad_request', '--handler must be module and function: hello.handler');
  const env = {
    ...inherited(io.env),
    ...pairs(flags.list('env')),
    PORT: port,
    KUBELESS_INSTALL_VOLUME: folder,
    // Deployed, the file gets the module's name; here it keeps its own.
    MOD_NAME: basename(file, extname(file)),
    FUNC_HANDLER: handler[1] ?? '',
    FUNC_TIMEOUT: String(parseDuration(flags.text('timeout') ?? '180') / 1000),
    FUNC_RUNTIME: runtime,
    FUNC_MEMORY_LIMIT: flags.text('memory') ?? '',
  };
  const place = { folder, root: io.root, port, handler: handler[1] ?? '' };
  return { ...program(runtime, env, place), folder };
}

function sourceFile(flags: FlagValues, { cwd }: Io): string {
  const from = flags.text('from-file') ?? '';
  const file = resolve(cwd, from);
  if (from !== '' && existsSync(file) && statSync(file).isFile()) return file;
  throw new PlatformError('bad_request', `--from-file must be a file on this machine, not "${from}"`);
}

function inherited(env: Io['env']): Record<string, string> {
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(set);
}

function program(
  runtime: string,
  env: Record<string, string>,
  place: Omit<CompiledPlace, 'env'>,
): Omit<LocalFunction, 'folder'> {
  const { folder, root } = place;
  if (runtime.startsWith('python')) {
    const packages = join(folder, 'lib/python3.11/site-packages');
    // Bytecode files would be changes of the folder that is watched.
    const more = { PYTHONPATH: `${packages}:${folder}`, PYTHONDONTWRITEBYTECODE: '1' };
    return { argv: ['python3', join(root, 'runtimes/python')], env: { ...env, ...more } };
  }
  if (runtime.startsWith('nodejs')) {
    const node = join(root, 'node_modules/.bin/node');
    return { argv: [node, join(root, 'runtimes/nodejs/main.ts')], env };
  }
  if (runtime.startsWith('ruby')) return { argv: ['ruby', join(root, 'runtimes/ruby/main.rb')], env };
  if (runtime.startsWith('perl')) return { argv: ['perl', join(root, 'runtimes/perl/main.pl')], env };
  if (runtime.startsWith('php')) return { argv: ['php', join(root, 'runtimes/php/main.php')], env };
  const compiled = compiledProgram(runtime, { ...place, env });
  if (compiled !== undefined) {
    const { volume } = compiled.compilation;
    return { ...compiled, env: { ...env, KUBELESS_INSTALL_VOLUME: volume } };
  }
  throw new PlatformError('bad_request', `"${runtime}" does not run on this machine`, {
    hint: 'function run knows python, nodejs, ruby, perl, php, go and java; deploy other runtimes.',
  });
}
