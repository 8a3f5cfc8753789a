import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { startCliApi, type CliApi } from '../../../test/helpers/cli-api.ts';
import { eventually } from '../../../test/helpers/eventually.ts';
import { repository } from '../../../test/helpers/program.ts';
import { onTerminal } from '../../../test/helpers/terminal.ts';
import { formatLogLine, podLogPath } from '../../embedded/agent/pod-logs.ts';
import { orUndefined } from '../../kube/kube-error.ts';
import { pods } from '../../kube/workload-resources.ts';
import { functions } from '../resources.ts';

let api: CliApi;
before(async () => {
  api = await startCliApi();
  await writeFile(join(api.cwd, 'hello.py'), 'def handler(event, context): pass\n');
});
after(() => api[Symbol.asyncDispose]());

const python = ['--runtime', 'python3.11', '--handler', 'hello.handler', '-f', 'hello.py'];

/** Plays the function-controller and the agent: a Function, the pod that builds it, and that pod's log. */
async function build(name: string) {
  const ref = { namespace: 'default', name };
  const pod = { namespace: 'default', name: `build-${name}` };
  let uid = '';
  return {
    async begin() {
      await eventually('the Function is there', async () => {
        return (await orUndefined(api.client.get(functions, ref))) !== undefined;
      });
      const labels = { 'created-by': 'kubeless', function: name, 'kubeless.io/build': 'a' };
      const spec = {
        initContainers: [{ name: 'install', image: 'x' }],
        containers: [{ name: 'build', image: 'x' }],
      };
      const created = await api.client.create(pods, { metadata: { ...pod, labels }, spec });
      uid = created.metadata.uid ?? '';
      await mkdir(dirname(podLogPath(api.home, uid, 'install')), { recursive: true });
    },
    async print(text: string) {
      const line = {
        time: '2026-01-01T00:00:00.000000000Z',
        stream: 'stdout' as const,
        complete: true,
        text,
      };
      await appendFile(podLogPath(api.home, uid, 'install'), formatLogLine(line));
    },
    async state(phase: string, state: object) {
      const status = { phase, initContainerStatuses: [{ name: 'install', state }] };
      await api.client.mergePatch(pods, pod, { status }, { subresource: 'status' });
    },
    async condition(reason: string, more: object = {}) {
      const condition = {
        type: 'Ready',
        status: reason === 'Ready' ? 'True' : 'False',
        reason,
        message: `It is ${reason}.`,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      };
      const status = { observedGeneration: 1, conditions: [condition], ...more };
      await api.client.mergePatch(functions, ref, { status }, { subresource: 'status' });
    },
  };
}

test('a terminal sees the stages, and what the containers of the build print while they run', async () => {
  const it = await build('live');
  let seen = '';
  const options = { isTTY: true, onMessage: (text: string) => (seen += text) };
  const waiting = api.run(['function', 'deploy', 'live', ...python, '--wait'], options);
  await it.begin();
  await it.condition('Building');
  await it.print('Collecting bs4');
  await it.state('Pending', { running: {} });
  await eventually('the first line', () => seen.includes('install | Collecting bs4'));
  await it.print('evil \u001b[2J');
  await eventually('the second line', () => seen.includes('install | evil \\x1b[2J'));
  await it.state('Pending', { terminated: { exitCode: 0 } });
  await it.condition('Pulling');
  await eventually('the stage', () => seen.includes('Pulling: It is Pulling.\n'));
  await it.condition('Ready');
  const { exit, stdout } = await waiting;
  assert.deepEqual({ exit, stdout }, { exit: 0, stdout: '' });
  assert.match(seen, /Building: It is Building\.\n[^]*Pulling[^]*Function live is ready after/);
});

test('the program itself, on a terminal of its own', async () => {
  const it = await build('screened');
  const env = { ...process.env, KUBECONFIG: api.kubeconfig };
  const argv = [join(repository, 'bin/kubeless'), 'function', 'deploy', 'screened', ...python, '--wait'];
  let seen = '';
  const options = { cwd: api.cwd, env, onScreen: (screen: string) => (seen = screen) };
  const waiting = onTerminal(argv, options);
  await it.begin();
  await it.condition('Building');
  await eventually('the stage', () => seen.includes('Building: It is Building.'));
  await it.condition('Ready');
  const { exit, screen } = await waiting;
  assert.equal(exit, 0, screen);
  assert.match(screen, /\nFunction screened is ready after [\d.]+ s\n$/);
});

test('a pipe sees how it ended and nothing else', async () => {
  const it = await build('quiet');
  const waiting = api.run(['function', 'deploy', 'quiet', ...python, '--wait']);
  await it.begin();
  await it.print('Collecting bs4');
  await it.state('Pending', { running: {} });
  await it.condition('Building');
  await it.condition('Ready');
  const { exit, stderr } = await waiting;
  assert.equal(exit, 0);
  assert.match(
    stderr,
    /^Deploying function\.\.\.\nFunction quiet submitted for deployment\nFunction quiet is ready after [\d.]+ s\n$/,
  );
});

for (const isTTY of [true, false]) {
  test(`a build that fails: its log once, then why${isTTY ? ', on a terminal' : ''}`, async () => {
    const name = isTTY ? 'failed-live' : 'failed-piped';
    const it = await build(name);
    let seen = '';
    const options = { isTTY, onMessage: (text: string) => (seen += text) };
    const waiting = api.run(['function', 'deploy', name, ...python, '--wait'], options);
    await it.begin();
    await it.print('No matching distribution');
    await it.state('Pending', { running: {} });
    if (isTTY) await eventually('the line', () => seen.includes('No matching'));
    await it.state('Failed', { terminated: { exitCode: 1 } });
    await it.condition('DependenciesFailed', { log: 'only the last words' });
    const { exit, stderr } = await waiting;
    assert.equal(exit, 9);
    assert.equal(stderr.split('No matching distribution').length, 2, stderr);
    assert.doesNotMatch(stderr, /only the last words/);
    assert.match(stderr, /\nerror: DependenciesFailed: It is DependenciesFailed\.\nhint: [^\n]+\n$/);
  });
}

test('once the pod is gone the lines that the function-controller kept are shown', async () => {
  const it = await build('forgotten');
  const waiting = api.run(['function', 'deploy', 'forgotten', ...python, '--wait']);
  await it.begin();
  await api.client.delete(pods, { namespace: 'default', name: 'build-forgotten' });
  await it.condition('CompileFailed', { log: 'line 1\nline 2' });
  const { stderr } = await waiting;
  assert.match(stderr, /\nline 1\nline 2\nerror: CompileFailed/);
});

test('an API server that goes while it is waited for is waited for too, and said once', async () => {
  const it = await build('outlasting');
  let seen = '';
  const onMessage = (text: string) => (seen += text);
  const waiting = api.run(['function', 'deploy', 'outlasting', ...python, '--wait'], { onMessage });
  await it.begin();
  await it.condition('Building');
  await api.stop();
  await eventually('it is said', () => seen.includes('still waiting'));
  await api.start();
  await eventually('it is back', () => seen.includes('is back'));
  await it.condition('Ready');
  const { exit, stderr } = await waiting;
  assert.equal(exit, 0, stderr);
  assert.match(
    stderr,
    /deployment\nno answer from [^\n]+; still waiting\nThe API server is back\nFunction outlasting is ready/,
  );
});

for (const verb of ['update', 'apply']) {
  test(`${verb} --wait goes on as well, within its time`, async () => {
    const name = `kept-${verb}`;
    const it = await build(name);
    await api.run(['function', 'deploy', name, '--runtime-image', 'example.com/x']);
    await it.condition('Ready');
    const file = `functions:\n  ${name}: {runtime-image: example.com/x, env: {A: b}}\n`;
    await writeFile(join(api.cwd, 'functions.yaml'), file);
    const argv = verb === 'update' ? ['function', 'update', name, '--env', 'A=b'] : ['apply'];
    let seen = '';
    const onMessage = (text: string) => (seen += text);
    const waiting = api.run([...argv, '--wait', '--wait-timeout', '100s'], { onMessage });
    await eventually('the edit is there', async () => {
      const { metadata } = await api.client.get(functions, { namespace: 'default', name });
      return metadata.generation === 2;
    });
    await api.stop();
    await eventually('it is said', () => seen.includes('still waiting'));
    await api.start();
    await it.condition('Ready', { observedGeneration: 2 });
    const { exit, stderr } = await waiting;
    assert.equal(exit, 0, stderr);
  });
}
