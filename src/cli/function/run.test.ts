import assert from 'node:assert/strict';
import { execFile as execFileWithCallback } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { kubeless, type CliRun } from '../../../test/helpers/cli.ts';
import { eventually } from '../../../test/helpers/eventually.ts';
import { freePorts } from '../../../test/helpers/free-ports.ts';

const execFile = promisify(execFileWithCallback);

let cwd: string;
before(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kubeless-run-'));
});
after(() => rm(cwd, { recursive: true, force: true }));

interface Running extends AsyncDisposable {
  url: string;
  /** Standard error up to now. */
  said: () => string;
  ended: Promise<CliRun>;
}

/** `kubeless function run` until it is disposed. */
async function start(folder: string, ...argv: string[]): Promise<Running> {
  const [port = 0] = await freePorts(1);
  const stop = new AbortController();
  let text = '';
  const onMessage = (piece: string) => (text += piece);
  const options = { cwd: join(cwd, folder), env: { PATH: process.env['PATH'] ?? '' }, signal: stop.signal };
  const command = ['function', 'run', ...argv, '--port', String(port)];
  const ended = kubeless(command, { ...options, onMessage: (piece) => void onMessage(piece) });
  return {
    url: `http://127.0.0.1:${port}/`,
    said: () => text,
    ended,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

/** The greeting; undefined while it is not there. */
async function greeting(url: string, name: string): Promise<string | undefined> {
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name }) });
    return ((await answer.json()) as { greeting: string }).greeting;
  } catch {
    return undefined;
  }
}

for (const [runtime, file] of [
  ['python3.11', 'handler.py'],
  ['nodejs24', 'handler.js'],
] as const)
  test(`init makes a project that run serves, and again after an edit: ${runtime}`, async () => {
    const name = `my-${runtime.slice(0, 4)}`;
    const made = await kubeless(['function', 'init', name, '-r', runtime], { cwd });
    assert.equal(made.exit, 0, made.stderr);
    await using running = await start(name, name, '--watch');
    await eventually('it listens', () => running.said().includes('listening on '));
    assert.equal(await greeting(running.url, 'Ada'), 'Hello, Ada!');
    const path = join(cwd, name, file);
    const source = await readFile(path, 'utf8');
    await writeFile(path, source.replace('Hello', 'Goodbye'));
    await eventually(
      'the edit answers',
      async () => (await greeting(running.url, 'Ada')) === 'Goodbye, Ada!',
    );
    await writeFile(path, 'this is ( no program');
    await eventually('it says why not', () => running.said().includes('Cannot load the function'));
    await writeFile(path, source);
    await eventually('it is back', async () => (await greeting(running.url, 'Bo')) === 'Hello, Bo!');
  });

test('run without --watch ends with the function, and says why it cannot run', async () => {
  await writeFile(join(cwd, 'broken.py'), 'import nonsense\n');
  const source = ['--runtime', 'python3.11', '--handler', 'broken.handle', '--from-file', 'broken.py'];
  await using running = await start('', ...source);
  const { exit, stderr } = await running.ended;
  assert.equal(exit, 9, stderr);
  assert.match(
    stderr,
    /Cannot load the function: ModuleNotFoundError[^]*error: the function ended with exit code 1/,
  );
  const refused = async (message: RegExp, ...argv: string[]) => {
    const result = await kubeless(['function', 'run', ...argv], { cwd });
    assert.match(result.stderr, message);
    assert.notEqual(result.exit, 0);
  };
  await refused(/--from-file must be a file on this machine, not "absent"/, '-f', 'absent');
  await refused(/"cobol" does not run on this machine/, '-r', 'cobol', '--handler', 'a.b', '-f', 'broken.py');
  await refused(/cannot read functions\.yaml: there is no such file/, 'hello');
});

test('init makes a program that speaks CGI, which run does not know', async () => {
  const made = await kubeless(['function', 'init', 'program', '-r', 'cgi'], { cwd });
  assert.match(made.stderr, /kubeless apply --wait/);
  const { stdout } = await execFile('sh', [join(cwd, 'program/handler.sh')], {
    env: { QUERY_STRING: 'Ada' },
  });
  assert.equal(stdout, 'Content-Type: text/plain\n\nHello, Ada!\n');
  assert.doesNotMatch(await readFile(join(cwd, 'program/README.md'), 'utf8'), /function run/);
});

test('init keeps what is there', async () => {
  await kubeless(['function', 'init', 'taken'], { cwd });
  const again = await kubeless(['function', 'init', 'taken'], { cwd });
  assert.equal(again.exit, 6);
  assert.match(again.stderr, /taken is not empty/);
  const bad = await kubeless(['function', 'init', '../up'], { cwd });
  assert.equal(bad.exit, 2);
});
