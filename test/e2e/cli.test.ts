import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { startEmbeddedApi, type EmbeddedApi } from '../helpers/embedded-api.ts';
import { eventually } from '../helpers/eventually.ts';
import { freePorts } from '../helpers/free-ports.ts';
import { repository } from '../helpers/program.ts';
import { serve } from '../helpers/serve.ts';

let api: EmbeddedApi;
let cwd: string;

before(async () => {
  api = await startEmbeddedApi();
  cwd = await mkdtemp(join(tmpdir(), 'kubeless-e2e-'));
});
after(async () => {
  await api[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true, force: true });
});

function start(...argv: string[]) {
  return spawn(join(repository, 'bin/kubeless'), argv, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, KUBECONFIG: `${join(cwd, 'absent')}:${api.kubeconfig}` },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function run(argv: string[], stdin = '') {
  const child = start(...argv);
  child.stdin.end(stdin);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { exit: child.exitCode, stdout, stderr };
}

test('the program itself: a function from standard input, listed, described, deleted', async () => {
  const deploy = ['function', 'deploy', 'piped', '-r', 'python3.11', '--handler', 'piped.handler', '-f', '-'];
  const deployed = await run(deploy, 'def handler(event, context):\n  return 1\n');
  assert.equal(deployed.exit, 0, deployed.stderr);
  const listed = await run(['function', 'ls', '-o', 'json']);
  assert.match(listed.stdout, /"function": "def handler/);
  assert.match((await run(['function', 'describe', 'piped'])).stdout, /^Handler: +\tpiped\.handler$/m);
  assert.deepEqual(await run(['function', 'delete', 'piped']), { exit: 0, stdout: '', stderr: '' });
  const gone = await run(['function', 'describe', 'piped']);
  assert.equal(gone.exit, 4);
  assert.match(gone.stderr, /^error: Function piped is not found\nhint: [^\n]*\n$/);
});

test('Ctrl-C while the source is read from standard input sends nothing', async () => {
  const child = start(
    'function',
    'deploy',
    'half',
    '-r',
    'python3.11',
    '--handler',
    'half.handler',
    '-f',
    '-',
  );
  child.stdin.on('error', () => undefined);
  const said = text(child.stderr);
  // More than a pipe holds: it is written when most of it was read.
  await new Promise((resolve) => child.stdin.write('# more\n'.repeat(300_000), resolve));
  child.kill('SIGINT');
  child.stdin.end();
  await once(child, 'close');
  assert.deepEqual([child.exitCode, await said], [130, '']);
  assert.equal((await run(['function', 'describe', 'half'])).exit, 4);
});

test('a file without an end is refused', async () => {
  const endless = await run([
    'function',
    'deploy',
    'zero',
    '-r',
    'python3.11',
    '--handler',
    'a.b',
    '-f',
    '/dev/zero',
  ]);
  assert.match(endless.stderr, /^error: \/dev\/zero has more than 268435456 bytes\n/);
});

test('a folder that was deleted is told in one line', async () => {
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" function ls';
  const child = spawn('sh', ['-c', script, join(repository, 'bin/kubeless')], { cwd, stdio: 'pipe' });
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]);
  assert.match(stderr, /\nerror: the current folder was deleted\nhint: [^\n]*\n$/);
  assert.equal(child.exitCode, 2);
});

test('exit codes are as documented', async () => {
  assert.match((await run(['version'])).stdout, /^Kubeless version: \d/);
  assert.equal((await run(['function', 'deploy'])).exit, 2);
  assert.equal((await run(['--kubeconfig'])).exit, 2);
  const elsewhere = await run(['function', 'ls', '--context', 'nobody']);
  assert.equal(elsewhere.exit, 2);
  assert.match(elsewhere.stderr, /has no context "nobody"/);
});

test('who reads standard error, or output, may be gone: the exit code is the same', async () => {
  const words = (command: string) =>
    spawn('bash', ['-c', command, join(repository, 'bin/kubeless')], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd, KUBECONFIG: api.kubeconfig },
      stdio: 'ignore',
    });
  for (const [command, exit] of [
    ['"$0" function ls nobody 2>&-', 4],
    ['"$0" function ls nobody 2>/dev/full', 4],
    ['"$0" function ls nobody 2> >(exec true)', 4],
    ['"$0" version >&-', 0],
    ['"$0" version >/dev/full', 11],
    ['"$0" get-server-config | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}', 0],
  ] as const) {
    const child = words(command);
    await once(child, 'close');
    assert.equal(child.exitCode, exit, command);
  }
});

test('a port that is taken is told, and nobody else’s answer counts', async () => {
  await writeFile(join(cwd, 'hello.py'), 'def handler(event, context):\n  return "hello"\n');
  await using other = await serve(() => Buffer.from('another'));
  const port = new URL(other.url).port;
  for (const watch of [[], ['--watch']]) {
    const flags = ['-r', 'python3.11', '--handler', 'hello.handler', '-f', 'hello.py', '--port', port];
    const { exit, stderr } = await run(['function', 'run', ...flags, ...watch]);
    assert.equal(exit, 6, stderr);
    assert.match(stderr, /^error: port \d+ is taken by another program\nhint: [^\n]*--port[^\n]*\n$/);
  }
});

test('SIGTERM ends a waiting program and the function that it runs', async () => {
  await writeFile(join(cwd, 'hello.py'), 'def handler(event, context):\n  return "hello"\n');
  const [port = 0] = await freePorts(1);
  const flags = ['-r', 'python3.11', '--handler', 'hello.handler', '-f', 'hello.py', '--port', String(port)];
  const child = start('function', 'run', ...flags);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await eventually('it listens', () => said.includes('listening on'));
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'hello');
  child.kill();
  await once(child, 'close');
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
});
