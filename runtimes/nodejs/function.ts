import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtin } from './builtin.ts';
import type { Event } from './event.ts';

const { existsSync, readdirSync } = builtin('node:fs');

export interface Context {
  'function-name': string;
  /** Seconds. */
  timeout: number;
  runtime: string | undefined;
  'memory-limit': string | undefined;
}

export interface Function {
  handler: (event: Event, context: Context) => unknown;
  context: Context;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The function can not be loaded; the message says what to do. */
export class LoadError extends Error {}

const suffixes = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '/package.json', '/index.js'];

/** Runs the user's module. Whatever it throws, other than "not found", goes to the caller as it is. */
export async function loadFunction(env: Environment): Promise<Function> {
  const { file, isPackage } = moduleFile(env);
  const module = required(env, 'MOD_NAME');
  const name = required(env, 'FUNC_HANDLER');
  const timeout = Number(env['FUNC_TIMEOUT'] || '180');
  if (Number.isNaN(timeout))
    throw new LoadError(`FUNC_TIMEOUT is not a number of seconds: ${env['FUNC_TIMEOUT']}`);
  const context = {
    'function-name': name,
    timeout,
    runtime: env['FUNC_RUNTIME'],
    'memory-limit': env['FUNC_MEMORY_LIMIT'],
  };
  const namespace = (await import(isPackage ? file : pathToFileURL(file).href)) as object;
  const handler = findHandler(namespace, name);
  if (handler !== null) return { handler, context };
  throw new LoadError(
    `The module '${module}' exports no function '${name}': export it, or change the handler. It exports: ${listed(exportsOf(namespace))}`,
  );
}

/** What is imported: a file, or the folder of a package. */
export function moduleFile(env: Environment): { folder: string; file: string; isPackage: boolean } {
  const folder = env['KUBELESS_INSTALL_VOLUME'] || '/kubeless';
  const module = required(env, 'MOD_NAME');
  const suffix = suffixes.find((each) => existsSync(join(folder, module + each)));
  if (suffix === undefined)
    throw new LoadError(
      `There is no module '${module}' in ${folder}: add ${module}.js, or change the handler. It has: ${listed(sources(folder))}`,
    );
  const isPackage = suffix === '/package.json';
  return { folder, file: join(folder, isPackage ? module : module + suffix), isPackage };
}

/** Kubeless: the export itself if it is a function, else the export of that name; ECMAScript modules may use either. */
function findHandler(namespace: object, name: string): Function['handler'] | null {
  const exported = 'module.exports' in namespace ? namespace['module.exports'] : namespace;
  const candidates = [exported, member(exported, name), member(exported, 'default')];
  candidates.push(member(candidates[2], name));
  return candidates.find((each): each is Function['handler'] => typeof each === 'function') ?? null;
}

function exportsOf(namespace: object): string[] {
  const exported = 'module.exports' in namespace ? namespace['module.exports'] : namespace;
  return typeof exported === 'object' && exported !== null ? Object.keys(exported) : [];
}

function sources(folder: string): string[] {
  return readdirSync(folder).filter((name) => suffixes.some((suffix) => name.endsWith(suffix)));
}

function listed(names: readonly string[]): string {
  return names.toSorted().slice(0, 20).join(', ') || 'none';
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new LoadError(`${name} is not set: the handler is <MOD_NAME>.<FUNC_HANDLER>`);
  return value;
}
