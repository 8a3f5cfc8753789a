import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Counter, Histogram, Registry } from 'prom-client';
import { startCliApi, tableLines, type CliApi } from '../../../test/helpers/cli-api.ts';
import { eventually } from '../../../test/helpers/eventually.ts';
import { repository } from '../../../test/helpers/program.ts';
import { FunctionLogs } from '../../faas-server/logs/function-logs.ts';
import { StatusListener } from '../../faas-server/status/status-listener.ts';
import { configMaps, namespaces } from '../../kube/builtin-resources.ts';
import { pods } from '../../kube/workload-resources.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/log.ts';

const run = promisify(execFile);

/** Two nodes of a data plane, with real logs and metrics; the API server's proxy leads to each. */
const names = ['one', 'two'] as const;
type Name = (typeof names)[number];

let folder: string;
let api: CliApi;
const nodes = new Map<Name, Awaited<ReturnType<typeof startNode>>>();

async function startNode(name: Name) {
  const registry = new Registry();
  const registers = [registry];
  const labels = ['namespace', 'function', 'method', 'outcome', 'start'];
  const counter = (metric: string) => new Counter({ name: metric, help: 'x', labelNames: labels, registers });
  const [calls, failures] = [counter('function_calls_total'), counter('function_failures_total')];
  const seconds = new Histogram({
    name: 'function_duration_seconds',
    help: 'x',
    labelNames: labels.filter((label) => label !== 'outcome'),
    registers,
  });
  const limits = { maxFileBytes: 100_000, flushMs: 1, maxPendingBytes: 1_000_000 };
  const options = { ...limits, clock: systemClock, log: silentLogger };
  const logs = new FunctionLogs({ root: join(folder, name), ...options });
  const pages = async () => ({ status: 200, contentType: 'text/plain', body: await registry.metrics() });
  const listen = async () => {
    const listener = new StatusListener({
      address: join(folder, `${name}.sock`),
      pages,
      logs,
      log: silentLogger,
    });
    await listener.listen();
    return listener;
  };
  let listener = await listen();
  return {
    print(requestId: string, text: string, stream: 'stdout' | 'stderr' = 'stdout') {
      const call = { namespace: 'default', name: 'hello', requestId };
      logs.write(call, stream, Buffer.from(`${text}\n`));
      logs.end(call);
    },
    called(method: string, outcome: string, duration: number) {
      const common = { namespace: 'default', function: 'hello', method };
      calls.inc({ ...common, outcome, start: 'waiting' });
      if (outcome !== 'ok') failures.inc({ ...common, outcome });
      seconds.observe({ ...common, start: 'waiting' }, duration);
    },
    async restart() {
      await listener[Symbol.asyncDispose]();
      listener = await listen();
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await logs[Symbol.asyncDispose]();
    },
  };
}

function node(name: Name) {
  const found = nodes.get(name);
  assert.ok(found);
  return found;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'observe-'));
  for (const name of names) nodes.set(name, await startNode(name));
  api = await startCliApi(
    names.map((name) => `--proxy=kubeless/${name}:9090=${join(folder, `${name}.sock`)}`),
  );
  await api.client.create(namespaces, { metadata: { name: 'kubeless' } });
  for (const name of names) await makePod(name);
  for (const name of ['hello', 'idle'])
    await api.run(['function', 'deploy', name, '--runtime-image', 'example.com/x']);
});

after(async () => {
  await api[Symbol.asyncDispose]();
  for (const one of nodes.values()) await one[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function makePod(name: string): Promise<void> {
  const ref = { namespace: 'kubeless', name };
  const ports = [
    { name: 'http', containerPort: 8080 },
    { name: 'status', containerPort: 9090 },
  ];
  await api.client.create(pods, {
    metadata: { ...ref, labels: { kontain: 'faas-server' } },
    spec: { containers: [{ name: 'faas-server', image: 'x', ports }] },
  });
  await api.client.mergePatch(pods, ref, { status: { phase: 'Running' } }, { subresource: 'status' });
}

async function lines(...flags: string[]): Promise<string[]> {
  const { exit, stdout, stderr } = await api.run(['function', 'logs', 'hello', ...flags]);
  assert.equal(exit, 0, stderr);
  return stdout.split('\n').slice(0, -1);
}

test('logs: the lines of every node in the order of time, by request, the last ones, as JSON', async () => {
  node('one').print('r1', 'first');
  await systemClock.sleep(3);
  node('two').print('r2', 'second', 'stderr');
  await systemClock.sleep(3);
  node('one').print('r1', 'third');
  assert.deepEqual(await lines(), ['r1 first', 'r2 second', 'r1 third']);
  assert.deepEqual(await lines('--tail', '2'), ['r2 second', 'r1 third']);
  assert.deepEqual(await lines('--tail', '0'), []);
  assert.deepEqual(await lines('--request-id', 'r1'), ['first', 'third']);
  assert.deepEqual((await lines('--since', '1h')).length, 3);
  const [json = ''] = await lines('-o', 'json', '--request-id', 'r2');
  const { time, ...rest } = JSON.parse(json) as Record<string, string>;
  assert.deepEqual(rest, { requestId: 'r2', stream: 'stderr', text: 'second' });
  assert.equal((await lines('--timestamps', '--request-id', 'r2'))[0], `${time} second`);
});

test('logs -f: every line once, from all nodes, over the restart of one', async () => {
  const stop = new AbortController();
  let shown = '';
  const flags = ['--tail', '0', '--request-id', 'followed'];
  const following = api.run(['function', 'logs', 'hello', '-f', ...flags], {
    signal: stop.signal,
    onData: (text) => (shown += text),
  });
  const printAndSee = async (name: Name, text: string): Promise<void> => {
    // The first line may come before the stream is open: then tail 0 hides it, so it is printed again.
    await eventually(`${text} is shown`, () => {
      if (!shown.includes(text)) node(name).print('followed', text);
      return shown.includes(text);
    });
  };
  await printAndSee('one', 'from one');
  await printAndSee('two', 'from two');
  await node('one').restart();
  node('one').print('followed', 'after the restart');
  await eventually('the line after the restart', () => shown.includes('after the restart'));
  assert.equal(shown.split('after the restart').length, 2);
  stop.abort();
  const { exit } = await following;
  assert.equal(exit, 0);
});

test('logs -f: that the API server is away is said once, and that it is back', async () => {
  const stop = new AbortController();
  let [shown, said] = ['', ''];
  const following = api.run(['function', 'logs', 'hello', '-f', '--request-id', 'over'], {
    signal: stop.signal,
    onData: (text) => (shown += text),
    onMessage: (text) => (said += text),
  });
  node('one').print('over', 'before');
  await eventually('the line before', () => shown.includes('before'));
  await api.stop();
  await eventually('it is said', () => said.includes('trying again'));
  // Longer than what is between two tries.
  await systemClock.sleep(2500);
  await api.start();
  node('two').print('over', 'after');
  await eventually('the line after', () => shown.includes('after'));
  stop.abort();
  await following;
  const about = said.split('\n').filter((line) => line.startsWith('the API server'));
  assert.match(
    about.join('\n'),
    /^the API server: .*; trying again until it is back\nthe API server is back$/,
    said,
  );
});

test('logs -f ends soon after its reader, also when no line comes', async () => {
  node('one').print('piped', 'only line');
  const command = `"$0" function logs hello -f --request-id piped | head -1`;
  const env = { ...process.env, KUBECONFIG: api.kubeconfig };
  const kubeless = join(repository, 'bin/kubeless');
  const { stdout } = await run('bash', ['-c', `${command}; exit \${PIPESTATUS[0]}`, kubeless], {
    env,
    timeout: 60_000,
  });
  assert.equal(stdout, 'only line\n');
});

test('logs of a function that printed nothing: a terminal is told, a pipe gets nothing', async () => {
  const logs = (isTTY: boolean) => api.run(['function', 'logs', 'idle'], { isTTY });
  assert.match((await logs(true)).stderr, /^No lines of it are kept: /);
  assert.deepEqual(await logs(false), { exit: 0, stdout: '', stderr: '' });
});

test('on a terminal a function cannot control it', async () => {
  node('one').print('evil', 'title \u001b]0;x\u0007 end');
  const { stdout } = await api.run(['function', 'logs', 'hello', '--request-id', 'evil'], { isTTY: true });
  assert.equal(stdout, 'title \\x1b]0;x\\x07 end\n');
  assert.deepEqual(await lines('--request-id', 'evil'), ['title \u001b]0;x\u0007 end']);
});

test('logs: a function that does not exist, flags that are wrong', async () => {
  const run = async (...argv: string[]) => {
    const { exit, stderr } = await api.run(['function', 'logs', ...argv]);
    return `${exit} ${stderr.split('\n')[0]}`;
  };
  assert.equal(await run('absent'), '4 error: Function absent is not found');
  assert.match(await run('hello', '--tail', 'all'), /^2 error: --tail must be a whole number/);
  assert.match(await run('hello', '--since', 'noon'), /^2 error: --since must be a time such as 30s/);
  assert.match(await run(), /^2 error: Need exactly one argument - function name/);
});

test('top adds up the nodes, by method; a function that was not called has zeros', async () => {
  node('one').called('GET', 'ok', 0.25);
  node('two').called('GET', 'timeout', 0.5);
  node('two').called('POST', 'ok', 1);
  const table = async (...flags: string[]) =>
    tableLines((await api.run(['function', 'top', ...flags])).stdout);
  const header =
    'NAME|NAMESPACE|METHOD|TOTAL_CALLS|TOTAL_FAILURES|TOTAL_DURATION_SECONDS|AVG_DURATION_SECONDS|MESSAGE';
  assert.deepEqual(await table(), [
    header,
    'hello|default|GET|2|1|0.75|0.375',
    'hello|default|POST|1|0|1|1',
    'idle|default||0|0|0|0',
  ]);
  assert.deepEqual((await table('-f', 'hello', '-o', 'wide')).slice(0, 3), [
    `${header}|OUTCOMES|STARTS`,
    'hello|default|GET|2|1|0.75|0.375||ok: 1|waiting: 2',
    '||||||||timeout: 1',
  ]);
  assert.deepEqual(await table('-A'), await table());
  const { stdout } = await api.run(['function', 'stats', '-o', 'json']);
  assert.deepEqual(JSON.parse(stdout), [
    {
      function: 'hello',
      namespace: 'default',
      method: 'GET',
      total_calls: 2,
      total_failures: 1,
      total_duration_seconds: 0.75,
      avg_duration_seconds: 0.375,
    },
    {
      function: 'hello',
      namespace: 'default',
      method: 'POST',
      total_calls: 1,
      total_duration_seconds: 1,
      avg_duration_seconds: 1,
    },
    { function: 'idle', namespace: 'default' },
  ]);
  assert.equal((await api.run(['function', 'top', 'absent'])).exit, 4);
});

test('a node that does not answer is told, and the others are counted', async () => {
  await makePod('silent');
  const { exit, stdout } = await api.run(['function', 'top', '-f', 'hello']);
  assert.equal(exit, 0);
  assert.match(stdout, /hello\s+default\s+GET\s+2\s.*Unable to get function metrics: .*silent/);
  await api.client.delete(pods, { namespace: 'kubeless', name: 'silent' });
});

test('without a data plane the place where it was looked for is told', async () => {
  const config = { namespace: 'kubeless', name: 'kubeless-config' };
  await api.client.create(configMaps, { metadata: config, data: { 'data-plane-selector': 'app=none' } });
  const { exit, stderr } = await api.run(['function', 'logs', 'hello']);
  assert.equal(exit, 10);
  assert.match(stderr, /no pod of the data plane runs\nhint: .*namespace kubeless with app=none/);
  await api.client.delete(configMaps, config);
});
