import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../../lib/exec.ts';
import { ExecError } from '../../lib/exec-error.ts';
import { shownUrl } from './fetch-url.ts';
import { sourceError, unreachable } from './source-error.ts';

export interface GitSource {
  url: string;
  /** Branch, tag or full commit; null for the repository's own branch. */
  ref: string | null;
  /** Within the repository; null for its top. */
  folder: string | null;
}

export interface CloneOptions {
  /** An empty private folder. */
  work: string;
  output: string;
  timeoutMs: number;
  /** Largest file. */
  maxBytes: number;
  path: string;
  signal: AbortSignal;
}

/** No hooks, helpers, submodules, prompts, configuration of the machine, or transports that run programs. */
const settings = [
  'protocol.allow=never',
  'protocol.http.allow=always',
  'protocol.https.allow=always',
  'protocol.ssh.allow=always',
  'protocol.git.allow=always',
  'core.hooksPath=/dev/null',
  'credential.helper=',
  'core.symlinks=true',
  'http.followRedirects=true',
  'init.defaultBranch=main',
  'advice.detachedHead=false',
].flatMap((setting) => ['-c', setting]);

/** Fetches one commit without its history and puts its files, without `.git`, into the output folder. */
export async function cloneGit(source: GitSource, options: CloneOptions): Promise<void> {
  const repository = join(options.work, 'repository');
  await mkdir(repository);
  const git = (...args: string[]): Promise<unknown> => run(repository, args, source, options);
  await git('init', '--quiet');
  await git('fetch', '--quiet', '--depth=1', '--no-tags', '--', source.url, source.ref ?? 'HEAD');
  await git('checkout', '--quiet', 'FETCH_HEAD');
  await rm(join(repository, '.git'), { recursive: true });
  await move(await folderOf(repository, source), options.output);
}

function run(
  cwd: string,
  args: readonly string[],
  source: GitSource,
  options: CloneOptions,
): Promise<unknown> {
  const { timeoutMs, signal, path, maxBytes, work } = options;
  const env = {
    PATH: path,
    HOME: work,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
  };
  const limits = ['--pdeathsig', 'KILL', '--', 'prlimit', `--fsize=${maxBytes}`, '--', 'git'];
  return exec('setpriv', [...limits, ...settings, ...args], { cwd, env, timeoutMs, signal }).catch(
    (error: unknown) => {
      throw explain(error, source);
    },
  );
}

function explain(error: unknown, { url, ref }: GitSource): unknown {
  if (!(error instanceof ExecError) || error.aborted) return error;
  const place = shownUrl(url);
  const said = error.stderr.trim().split('\n').at(-1)?.replaceAll(url, place) ?? '';
  if (error.timedOut) return unreachable(`Fetching ${place} takes too long.`, 'It is tried again.', error);
  if (/couldn't find remote ref|not our ref|no such remote ref/i.test(error.stderr))
    return sourceError(
      `The repository ${place} has no ${ref ?? 'commit'}.`,
      'Check spec.source.git.ref: a branch, a tag, or a full commit.',
      error,
    );
  if (/not found|could not read Username|Authentication failed|Permission denied|403/i.test(error.stderr))
    return sourceError(
      `The repository ${place} does not exist or wants a login.`,
      'Check spec.source.git.url; it must be readable without a login.',
      error,
    );
  return unreachable(
    `The repository ${place} cannot be fetched: ${said}.`,
    'Check spec.source.git; it is tried again.',
    error,
  );
}

async function folderOf(repository: string, { folder, url }: GitSource): Promise<string> {
  let path = repository;
  for (const part of (folder ?? '').split('/').filter((name) => name !== '' && name !== '.')) {
    path = join(path, part);
    // A link in the repository could lead anywhere.
    if ((await lstat(path).catch(() => null))?.isDirectory() !== true)
      throw sourceError(
        `The repository ${shownUrl(url)} has no folder ${folder ?? ''}.`,
        'Check spec.source.git.path.',
      );
  }
  return path;
}

async function move(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    await rm(join(to, name), { recursive: true, force: true });
    await rename(join(from, name), join(to, name));
  }
}
