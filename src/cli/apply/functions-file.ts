import { dirname, join, resolve } from 'node:path';
import type { StoredFunction } from '../../api/function.ts';
import { errorMessage, PlatformError } from '../../lib/errors.ts';
import { nearestWord } from '../../lib/nearest-word.ts';
import type { Flag, Invocation } from '../command.ts';
import type { Io } from '../io.ts';
import { FlagValues } from '../flag-values.ts';
import { functionFlags } from '../function/deploy-flags.ts';
import { checkComplete, functionObject } from '../function/function-object.ts';
import { readBytes } from '../function/read-source.ts';
import { SourceUploads } from '../function/source-uploads.ts';
import { specOf } from '../resources.ts';

export const fileFlag: Flag = {
  name: 'file',
  short: 'f',
  type: 'text',
  default: 'functions.yaml',
  description: 'File with the functions; paths in it begin at its folder.',
};

const shape = 'functions: {hello: {runtime: python3.11, handler: hello.handler, from-file: hello.py}}';

/** The Functions of a functions.yaml. Throws `bad_request` with the name of the function. `dryRun`: nothing is stored. */
export async function readFunctionsFile(
  { flags, io, session }: Invocation,
  dryRun = false,
): Promise<StoredFunction[]> {
  const file = flags.text('file') ?? '';
  const entries = await readEntries(file, io);
  const namespace = await session.namespace();
  const large = new SourceUploads({ session, io, dryRun });
  return Promise.all(
    [...entries].map(([name, { values, there }]) =>
      named(`${file}: ${name}`, async () => {
        checkComplete(values);
        return replacing(await functionObject({ name, namespace }, values, there, large));
      }),
    ),
  );
}

/**
 * What says in another way what runs goes, whoever set it: the API server takes one way only. A rollback stays; it ends by
 * itself when the source changes.
 */
function replacing(object: StoredFunction): StoredFunction {
  const { image, function: text, source } = specOf(object);
  const none = { function: null, source: null, checksum: null, 'function-content-type': null };
  const place = source === undefined ? null : { url: null, git: null, ...source };
  const others = image === undefined ? { image: null, source: place } : none;
  if (image === undefined && text === undefined) return object;
  return { ...object, spec: { ...specOf(object), ...others } };
}

export interface FileEntry {
  /** As if they had been written on the command line. */
  values: FlagValues;
  /** With the file's folder as the one where relative paths start. */
  there: Io;
}

/**
 * By name: the flags of `function deploy`, without dashes, under `functions`. Lists are lists, or maps for what has keys.
 * Throws `bad_request`.
 */
export async function readEntries(file: string, io: Io): Promise<Map<string, FileEntry>> {
  const inFolder = `Give the file in it: ${join(file, fileFlag.default ?? '')}.`;
  const text = (await readBytes(io, file, inFolder)).toString('utf8');
  const there = { ...io, cwd: dirname(resolve(io.cwd, file)) };
  const entries = new Map<string, FileEntry>();
  for (const [name, entry] of Object.entries(await parseFile(text, file))) {
    const values = await named(`${file}: ${name}`, () => Promise.resolve().then(() => flagsOf(entry)));
    entries.set(name, { values, there });
  }
  return entries;
}

async function named<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const hint = error instanceof PlatformError && error.hint !== undefined ? { hint: error.hint } : {};
    throw new PlatformError('bad_request', `${where}: ${errorMessage(error)}`, { cause: error, ...hint });
  }
}

async function parseFile(text: string, file: string): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml');
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    const [line = ''] = errorMessage(error).split('\n');
    throw new PlatformError('bad_request', `${file} is not YAML: ${line.replace(/:$/, '')}`, {
      hint: `Write ${shape}`,
      cause: error,
    });
  }
  const functions = isMap(document) ? document['functions'] : undefined;
  if (isMap(functions)) return functions;
  throw new PlatformError('bad_request', `${file} has no functions`, { hint: `Write ${shape}` });
}

function flagsOf(entry: unknown): FlagValues {
  if (!isMap(entry)) throw new PlatformError('bad_request', 'must be a map', { hint: `Write ${shape}` });
  const values = Object.entries(entry).map(([key, value]) => [key, valuesOf(flagNamed(key), value)] as const);
  return new FlagValues(new Map(values));
}

function flagNamed(key: string): Flag {
  const flag = functionFlags.find(({ name }) => name === key);
  if (flag !== undefined) return flag;
  const known = functionFlags.map(({ name }) => name);
  const meant = nearestWord(key, known);
  const hint = meant === undefined ? `Keys are: ${known.join(', ')}.` : `Did you mean ${meant}?`;
  throw new PlatformError('bad_request', `there is no "${key}"`, { hint });
}

function valuesOf({ name, list, choices }: Flag, value: unknown): string[] {
  if (list === true && Array.isArray(value)) return value.map(String);
  if (list === true && isMap(value))
    return Object.entries(value).map(([key, item]) => `${key}=${String(item)}`);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw new PlatformError('bad_request', `${name} must be a text`);
  const text = String(value);
  if (choices?.includes(text) === false)
    throw new PlatformError('bad_request', `${name} must be {${choices.join('|')}}, not "${text}"`);
  return [text];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
