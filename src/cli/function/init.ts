import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorMessage, hasErrno, PlatformError } from '../../lib/errors.ts';
import { firstArgument, type Command } from '../command.ts';
import { say } from '../io.ts';
import { checkFunctionName } from '../names.ts';
import { cgiTemplate } from '../templates/cgi.ts';
import { goTemplate } from '../templates/go.ts';
import { javaTemplate } from '../templates/java.ts';
import { nodejsTemplate } from '../templates/nodejs.ts';
import { perlTemplate } from '../templates/perl.ts';
import { phpTemplate } from '../templates/php.ts';
import { pythonTemplate } from '../templates/python.ts';
import { readme } from '../templates/readme.ts';
import { rubyTemplate } from '../templates/ruby.ts';
import type { Template } from '../templates/template.ts';

const templates: Readonly<Record<string, Template>> = {
  'python3.11': pythonTemplate,
  nodejs24: nodejsTemplate,
  'ruby3.1': rubyTemplate,
  'perl5.36': perlTemplate,
  'php8.2': phpTemplate,
  'go1.19': goTemplate,
  java17: javaTemplate,
  cgi: cgiTemplate,
};

/** No server of ours that `function run` could start. */
const deployedOnly = new Set(['cgi']);

export const init: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags: [
    {
      name: 'runtime',
      short: 'r',
      type: 'text',
      default: 'python3.11',
      choices: Object.keys(templates),
      description: 'Runtime of the function.',
    },
  ],
  description: 'Makes a folder of that name with a handler, its dependency file and a functions.yaml.',
  examples: ['kubeless function init hello --runtime nodejs24'],
  async run(invocation) {
    const { flags, io } = invocation;
    const name = firstArgument(invocation);
    checkFunctionName(name);
    const runtime = flags.text('runtime') ?? '';
    const runsHere = !deployedOnly.has(runtime);
    const files = { ...templates[runtime]?.(name, runtime), 'README.md': readme(name, runsHere) };
    await writeProject(resolve(io.cwd, name), files);
    say(
      io,
      `Made ${Object.keys(files)
        .map((file) => `${name}/${file}`)
        .join(', ')}`,
    );
    const next = runsHere ? `function run ${name} --watch` : 'apply --wait';
    say(io, `Try it: cd ${name} && kubeless ${next}`);
  },
};

/** Throws `conflict` rather than mix with what is there. */
async function writeProject(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  try {
    await makeFolder(folder);
    if ((await readdir(folder)).length > 0)
      throw new PlatformError('conflict', `${folder} is not empty`, {
        hint: 'Choose another name or folder.',
      });
    for (const [file, content] of Object.entries(files))
      await writeFile(join(folder, file), content, { flag: 'wx' });
  } catch (error) {
    throw error instanceof PlatformError ? error : cannotWrite(folder, error);
  }
}

/** Not `recursive`: its parent is where the user is, and in /proc Node.js would try without end. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
  }
}

function cannotWrite(folder: string, cause: unknown): PlatformError {
  if (hasErrno(cause, 'EEXIST', 'ENOTDIR'))
    return new PlatformError('conflict', `${folder} is there and is no folder`, {
      hint: 'Choose another name or folder.',
      cause,
    });
  if (hasErrno(cause, 'ENOSPC', 'EDQUOT'))
    return new PlatformError('disk_full', `${folder} cannot be written: ${errorMessage(cause)}`, {
      hint: 'Make room, or change to a folder on another disk.',
      cause,
    });
  return new PlatformError('bad_request', `${folder} cannot be made: ${errorMessage(cause)}`, {
    hint: 'Change to a folder in which you may write.',
    cause,
  });
}
