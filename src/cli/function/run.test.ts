import assert from 'node:assert/strict';
import { execFile as execFileWithCallback } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
  const { PATH = '', HOME = '' } = process.env;
  // Compiled code of Go's own packages is the machine's: to make it takes a minute.
  const env = { PATH, HOME, GOCACHE: join(HOME, '.cache/go-build'), XDG_CACHE_HOME: join(cwd, 'cache') };
  const options = { cwd: join(cwd, folder), env, signal: stop.signal };
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
  ['ruby3.1', 'handler.rb'],
  ['perl5.36', 'handler.pl'],
  ['php8.2', 'handler.php'],
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

const answer = async (url: string): Promise<string | undefined> =>
  fetch(url, { method: 'POST', body: 'Ada' }).then(
    (response) => response.text(),
    () => undefined,
  );

for (const { runtime, file, mistake, told } of [
  {
    runtime: 'go1.19',
    file: 'handler.go',
    mistake: ['event.Data', 'event.Nothing'],
    told: /^handler\.go:11:\d+: event\.Nothing undefined/m,
  },
  {
    runtime: 'java17',
    file: 'Handler.java',
    mistake: ['event.Data', 'event.nothing'],
    told: /^Handler\.java:6: error: cannot find symbol/m,
  },
])
  test(`what is compiled is compiled after each edit, and served as before where it does not: ${runtime}`, async () => {
    const name = `my-${runtime.slice(0, 2)}`;
    const made = await kubeless(['function', 'init', name, '-r', runtime], { cwd });
    assert.match(made.stderr, /kubeless function run/);
    const path = join(cwd, name, file);
    const source = await readFile(path, 'utf8');
    {
      await using running = await start(name, name, '--watch');
      await eventually('it listens', () => running.said().includes('listening on '), 180_000);
      assert.equal(await answer(running.url), 'Hello, Ada!');
      await writeFile(path, source.replace('Hello', 'Goodbye'));
      await eventually('the edit answers', async () => (await answer(running.url)) === 'Goodbye, Ada!');
      const [right = '', wrong = ''] = mistake;
      await writeFile(path, source.replace(right, wrong));
      await eventually('it says why not', () => running.said().includes('the version of before is served'));
      assert.match(running.said(), told);
      assert.equal(await answer(running.url), 'Goodbye, Ada!');
      await writeFile(path, source);
      await eventually('it is mended', async () => (await answer(running.url)) === 'Hello, Ada!');
    }
    assert.deepEqual(await readdir(join(cwd, 'cache/kubeless/run')), [], 'nothing of it is left');
    assert.deepEqual(
      (await readdir(join(cwd, name))).filter((left) => left.startsWith('.')),
      [],
    );

    await writeFile(path, source.replace(mistake[0] ?? '', mistake[1] ?? ''));
    await using once = await start(name, name);
    const { exit, stderr } = await once.ended;
    assert.equal(exit, 9, stderr);
    assert.match(stderr, told);
    assert.match(stderr, /error: the function does not compile\nhint: Why not is above\.\n$/);
  });

test('without the compiler on this machine one line says what to do', async () => {
  for (const [runtime, message] of [
    [
      'go1.19',
      /^error: go is not installed on this machine\nhint: Install Go .* or deploy the function: .*\n$/,
    ],
    [
      'java17',
      /^error: javac is not installed on this machine\nhint: Install a JDK 17 .* or deploy the function/,
    ],
  ] as const) {
    const name = `none-${runtime.slice(0, 2)}`;
    await kubeless(['function', 'init', name, '-r', runtime], { cwd });
    const options = { cwd: join(cwd, name), env: { PATH: join(cwd, 'empty') } };
    const { exit, stderr } = await kubeless(['function', 'run', name], options);
    assert.equal(exit, 2);
    assert.match(stderr, message);
  }
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
