import { join } from 'node:path';
import { builtin } from './builtin.ts';
import { LoadError, loadFunction, moduleFile, type Environment } from './function.ts';

const { writeSync } = builtin('node:fs');
const { inspect } = builtin('node:util');

/** Only the author can help. */
const exitRefused = 2;

/**
 * Before a function is served, its author is told what would keep it from being loaded: the last line that this prints says
 * what is wrong and what to do. Ends the process.
 */
export async function check(env: Environment): Promise<never> {
  // The function shall not see how it is looked at.
  process.argv.length = 2;
  // Also where the module itself ends the process, or waits for what never comes.
  process.on('exit', endedEarly);
  const verdict = await verdictOf(env);
  process.off('exit', endedEarly);
  if (verdict !== null) say(verdict);
  // The module's own may change the code.
  process.removeAllListeners('exit');
  return process.exit(verdict === null ? 0 : exitRefused);
}

async function verdictOf(env: Environment): Promise<string | null> {
  try {
    await loadFunction(env);
    return null;
  } catch (error) {
    if (error instanceof LoadError) return error.message;
    const shown = inspect(error);
    say(shown);
    const folder = env['KUBELESS_INSTALL_VOLUME'] || '/kubeless';
    const place = placeIn(shown, folder) ?? (error instanceof SyntaxError ? placeOfSyntaxError(env) : null);
    return `${place === null ? '' : `${place}: `}${explain(error)}`;
  }
}

function endedEarly(code: number): void {
  const unsettled = 13;
  say(
    code === unsettled
      ? 'The module waits for something that never comes (a top-level await): do that in the handler'
      : `The module ends the process while it is imported (exit code ${code}): do that in the handler only`,
  );
  process.removeAllListeners('exit');
  process.exitCode = exitRefused;
}

/** At once: nothing that is buffered is written at such an end. */
function say(text: string): void {
  writeSync(2, `${text}\n`);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return `The module throws ${inspect(error)}`;
  const [first = ''] = error.message.split('\n', 1);
  const { code } = error as NodeJS.ErrnoException;
  const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(first)?.[1];
  if (missing === undefined || !String(code).includes('MODULE_NOT_FOUND')) return `${error.name}: ${first}`;
  const what = `there is no module '${missing}'`;
  return /^[./]/.test(missing)
    ? `${what}: add its file to the source, or correct the path`
    : `${what}: add its package to package.json (--dependencies), or its files to the source`;
}

/** `hello.js, line 3` of the function's own files, where the error is from one: stacks and code frames begin with it. */
function placeIn(shown: string, folder: string): string | null {
  for (const part of shown.split(join(folder, '/')).slice(1)) {
    const [, file, line] = /^([^:\s()]+):(\d+)/.exec(part) ?? [];
    if (file !== undefined && !file.startsWith('node_modules/')) return `${file}, line ${line}`;
  }
  return null;
}

/** Of an ECMAScript module, Node tells nobody but standard error where it does not parse: another Node is asked. */
function placeOfSyntaxError(env: Environment): string | null {
  const { folder, file } = moduleFile(env);
  const { stderr } = builtin('node:child_process').spawnSync(process.execPath, ['--check', file]);
  return placeIn(stderr.toString(), folder);
}
