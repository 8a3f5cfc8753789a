import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCliApi } from '../../../test/helpers/cli-api.ts';
import { functions, specOf } from '../resources.ts';

test('update sets variables, takes one away, and leaves none', async () => {
  await using api = await startCliApi();
  await writeFile(join(api.cwd, 'hello.py'), 'def handler(event, context): pass\n');
  const env = async () => {
    const object = await api.client.get(functions, { namespace: 'default', name: 'hello' });
    return (specOf(object).env ?? []).map(({ name, value }) => `${name}=${value ?? ''}`);
  };
  const update = async (...flags: string[]) => {
    const { exit, stderr } = await api.run(['function', 'update', 'hello', ...flags]);
    assert.equal(exit, 0, stderr);
    return env();
  };
  const flags = '--runtime python3.11 --handler hello.handler -f hello.py -e A=1 -e B=2 -e C=3'.split(' ');
  await api.run(['function', 'deploy', 'hello', ...flags]);
  assert.deepEqual(await update('--env', 'B-'), ['A=1', 'C=3']);
  assert.deepEqual(await update('--timeout', '5'), ['A=1', 'C=3']);
  const { exit, stderr } = await api.run(['function', 'update', 'hello', '--env', 'NOBODY-']);
  assert.deepEqual(
    [exit, stderr],
    [2, 'error: there is no variable NOBODY to take away\nhint: There are: A, C.\n'],
  );
  assert.deepEqual(await update('--env', 'A=9'), ['A=9']);
  assert.deepEqual(await update('--env', ''), []);
});

test('update removes a label that ends with a dash', async () => {
  await using api = await startCliApi();
  await writeFile(join(api.cwd, 'hello.py'), 'def handler(event, context): pass\n');
  const flags = '--runtime python3.11 --handler hello.handler -f hello.py --label team=blue'.split(' ');
  await api.run(['function', 'deploy', 'hello', ...flags]);
  await api.run(['function', 'update', 'hello', '--label', 'team-', '--label', 'a=b']);
  const { metadata } = await api.client.get(functions, { namespace: 'default', name: 'hello' });
  assert.deepEqual(metadata.labels, { 'created-by': 'kubeless', function: 'hello', a: 'b' });
});
