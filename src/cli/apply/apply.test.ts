import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { startCliApi, type CliApi } from '../../../test/helpers/cli-api.ts';
import { eventually } from '../../../test/helpers/eventually.ts';
import { orUndefined } from '../../kube/kube-error.ts';
import { functions, specOf } from '../resources.ts';
import { lineDiff } from './line-diff.ts';

let api: CliApi;
before(async () => {
  api = await startCliApi();
  await mkdir(join(api.cwd, 'project'));
  await writeFile(join(api.cwd, 'project/hello.py'), 'one');
});
after(() => api[Symbol.asyncDispose]());

const write = (text: string) => writeFile(join(api.cwd, 'project/functions.yaml'), text);
const run = (command: string, ...flags: string[]) =>
  api.run([command, '-f', 'project/functions.yaml', ...flags]);

const first = `
functions:
  hello:
    runtime: python3.11
    handler: hello.handler
    from-file: hello.py
    env: {A: 1, B: "2"}
    timeout: 30
  bye: {runtime-image: "nginx:1", label: [team=a]}
`;

test('apply makes the functions of the file; diff says before what would change', async () => {
  await write(first);
  const before = await run('diff', '--exit-code');
  assert.equal(before.exit, 1, before.stderr);
  assert.match(before.stdout, /^function hello\n\+labels:\n[^]*\+ {2}handler: hello.handler\n/);
  assert.equal((await api.client.list(functions, { namespace: 'default' })).items.length, 0);
  const applied = await run('apply');
  assert.deepEqual(applied.stderr.trimEnd().split('\n').sort(), [
    'function bye created',
    'function hello created',
  ]);
  const hello = specOf(await api.client.get(functions, { namespace: 'default', name: 'hello' }));
  assert.equal(hello.function, 'one');
  assert.deepEqual(hello.env, [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ]);
  assert.deepEqual(await run('diff', '--exit-code'), { exit: 0, stdout: '', stderr: '' });
  assert.match((await run('apply')).stderr, /function hello unchanged/);
  await write(first.replace('    timeout: 30\n', '').replace('"2"', '"3"'));
  const changed = await run('diff');
  assert.match(
    changed.stdout,
    /^function hello\n[^]*\n- {2}timeout: "30"\n[^]*\n-.*value: "2"\n\+.*value: "3"\n/,
  );
  assert.match((await run('apply')).stderr, /function hello configured/);
  const later = specOf(await api.client.get(functions, { namespace: 'default', name: 'hello' }));
  assert.equal(later.timeout, undefined);
});

test('what is wrong in the file is said with the name of the function', async () => {
  const refused = async (text: string, message: RegExp) => {
    await write(text);
    const { exit, stderr } = await run('apply');
    assert.equal(exit, 2, stderr);
    assert.match(stderr, message);
  };
  await refused('a: [', /functions\.yaml is not YAML/);
  await refused('a: 1', /functions\.yaml has no functions\nhint: Write functions: /);
  await refused(
    'functions: {x: {runtimes: a}}',
    /functions\.yaml: x: there is no "runtimes"\nhint: Did you mean runtime\?/,
  );
  await refused('functions: {x: {runtime: a}}', /functions\.yaml: x: You must specify handler/);
  await refused('functions: {x: {runtime-image: a, memory: much}}', /x: Wrong format of the memory value/);
  await refused(
    'functions: {x: {runtime-image: a, start: slow}}',
    /x: start must be \{cold\|prewarmed\|template\}/,
  );
});

test('a diff has every line of both sides, in their order', () => {
  const side = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
  fc.assert(
    fc.property(side, side, (a, b) => {
      const diff = lineDiff(a.join('\n'), b.join('\n'), 100);
      if (a.join() === b.join()) return assert.deepEqual(diff, []);
      const without = (mark: string) =>
        diff.filter((line) => !line.startsWith(mark)).map((line) => line.slice(1));
      assert.deepEqual(without('+'), a);
      assert.deepEqual(without('-'), b);
    }),
  );
});

test('apply --wait waits for all of them: one that fails and one that is deleted keep nobody', async () => {
  const names = ['wait-a', 'wait-b', 'wait-c', 'wait-d'];
  const lines = names.map((name) => `  ${name}: {runtime-image: "nginx:1"}`);
  await write(`functions:\n${lines.join('\n')}\n`);
  const ended = run('apply', '--wait', '--wait-timeout', '1m');
  const ref = (name: string) => ({ namespace: 'default', name });
  for (const name of names)
    await eventually(`${name} is there`, async () => {
      return (await orUndefined(api.client.get(functions, ref(name)))) !== undefined;
    });
  const tell = async (name: string, reason: string) => {
    const { metadata } = await api.client.get(functions, ref(name));
    const condition = {
      type: 'Ready',
      status: reason === 'Ready' ? 'True' : 'False',
      reason,
      message: `It is ${reason}.`,
      lastTransitionTime: '2026-01-01T00:00:00Z',
      observedGeneration: metadata.generation,
    };
    const status = { observedGeneration: metadata.generation, conditions: [condition] };
    await api.client.mergePatch(functions, ref(name), { status }, { subresource: 'status' });
  };
  await tell('wait-d', 'Ready');
  await tell('wait-a', 'Building');
  await tell('wait-b', 'SourceFailed');
  await api.client.delete(functions, ref('wait-c'));
  await tell('wait-a', 'Ready');
  const { exit, stderr } = await ended;
  assert.notEqual(exit, 0);
  for (const name of ['wait-a', 'wait-d'])
    assert.match(stderr, new RegExp(`Function ${name} is ready after`));
  assert.match(stderr, /wait-b: .*It is SourceFailed/);
  assert.match(stderr, /wait-c: the function was deleted while it was waited for/);
  assert.match(stderr, /2 of 4 functions are not ready: wait-b, wait-c/);
});
