import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { kubeless } from '../../test/helpers/cli.ts';
import { commands } from './commands.ts';

test('groups list their commands, commands their flags and the exit codes', async () => {
  const top = await kubeless([]);
  assert.equal(top.exit, 0);
  for (const { path } of commands) assert.match(top.stdout, new RegExp(`^  kubeless ${path} `, 'm'));
  const group = (await kubeless(['trigger', 'http'])).stdout;
  assert.match(group, /kubeless trigger http create/);
  assert.doesNotMatch(group, /cronjob/);
  const help = (await kubeless(['function', 'ls', '--help'])).stdout;
  assert.match(help, /Usage:\n {2}kubeless function list \[name…\] \[flags\]/);
  assert.match(help, /-n, --namespace text/);
  assert.match(help, /Exit codes:\n {2}0 +done[^]* {2}4 +the object does not exist/);
});

test('every command has help, and flags that do not contradict each other', async () => {
  for (const { path, load } of commands) {
    assert.equal((await kubeless([...path.split(' '), '-h'])).exit, 0, path);
    const { flags } = await load();
    const names = flags.flatMap(({ name, short }) => [name, ...(short === undefined ? [] : [short])]);
    assert.equal(new Set(names).size, names.length, `${path}: ${names.join(' ')}`);
    assert.ok(!names.includes('h') && !names.includes('help'), path);
  }
});

test('an unknown command is an error with a hint', async () => {
  const { exit, stdout, stderr } = await kubeless(['funktion', 'list']);
  assert.deepEqual({ exit, stdout }, { exit: 2, stdout: '' });
  assert.equal(
    stderr,
    'error: unknown command "funktion list"\nhint: Did you mean "kubeless function list"?\n',
  );
});

test('help before the words is help, and what Kubeless had is told apart from what nobody had', async () => {
  const help = await kubeless(['help', 'function', 'ls']);
  assert.deepEqual(help, await kubeless(['function', 'ls', '--help']));
  assert.deepEqual(await kubeless(['help']), await kubeless([]));
  assert.deepEqual(await kubeless(['help', 'trigger']), await kubeless(['trigger']));
  for (const words of ['topic create x', 'trigger kafka list', 'trigger nats publish --url x', 'topic']) {
    const { exit, stderr } = await kubeless(words.split(' '));
    assert.equal(exit, 2);
    assert.match(stderr, /hint: Kubeless had it, Kontain FAAS has not\./);
  }
});

test('without a kubeconfig the files that were looked for are named', async () => {
  const { exit, stderr } = await kubeless(['function', 'ls'], { env: { HOME: '/nowhere' } });
  assert.equal(exit, 2);
  assert.match(
    stderr,
    /error: no kubeconfig: \/nowhere\/\.kube\/config does not exist\nhint: Write --kubeconfig/,
  );
  const list = await kubeless(['function', 'ls'], { env: { KUBECONFIG: '/no/a:/no/b' } });
  assert.match(list.stderr, /\/no\/a, \/no\/b does not exist/);
});

test('version', async () => {
  assert.deepEqual(await kubeless(['version']), { exit: 0, stdout: 'Kubeless version: 1.2.3\n', stderr: '' });
});

test('of several kubeconfigs the first counts that has the context', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kubeless-config-'));
  const config = (name: string, namespace: string) => `
clusters: [{name: ${name}, cluster: {server: "http://127.0.0.1:1"}}]
contexts: [{name: ${name}, context: {cluster: ${name}, namespace: ${namespace}}}]
current-context: ${name}
`;
  await writeFile(join(folder, 'one'), config('one', 'first'));
  await writeFile(join(folder, 'two'), config('two', 'second'));
  const namespaceWith = async (...flags: string[]) => {
    const deploy = ['function', 'deploy', 'x', '--runtime-image', 'a', '--dryrun', '-o', 'json', ...flags];
    const { stdout, stderr } = await kubeless(deploy, { cwd: folder, env: { KUBECONFIG: 'absent:one:two' } });
    assert.equal(stderr, '');
    return (JSON.parse(stdout) as { metadata: { namespace: string } }).metadata.namespace;
  };
  assert.equal(await namespaceWith(), 'first');
  assert.equal(await namespaceWith('--context', 'two'), 'second');
  assert.equal(await namespaceWith('--kubeconfig', 'two'), 'second');
  assert.equal(await namespaceWith('-n', 'mine'), 'mine');
  const wrong = await kubeless(['function', 'ls', '--context', 'x'], {
    cwd: folder,
    env: { KUBECONFIG: 'one:two' },
  });
  assert.match(wrong.stderr, /one has no context "x"/);
  await rm(folder, { recursive: true });
});

test('an image of your own, and how it is spoken to', async () => {
  const flags = [
    '--runtime-image',
    'registry.example.com/tool:1',
    '--protocol',
    'cgi',
    '--dryrun',
    '-o',
    'json',
  ];
  const { stdout, stderr } = await kubeless(['function', 'deploy', 'own', '-n', 'mine', ...flags]);
  assert.equal(stderr, '');
  const { spec } = JSON.parse(stdout) as { spec: Record<string, unknown> };
  const image = 'docker://registry.example.com/tool:1';
  assert.deepEqual([spec['image'], spec['runtime'], spec['protocol']], [image, 'custom', 'cgi']);
});
