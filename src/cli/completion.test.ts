import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { kubeless } from '../../test/helpers/cli.ts';

/** What bash would offer at the end of the words. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout: script } = await kubeless(['completion', 'bash']);
  const list = words.map((word) => `'${word}'`).join(' ');
  const program = `${script}
COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _kubeless; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', program]);
  return stdout.trimEnd().split('\n');
}

test('bash completes commands and the flags of each', async () => {
  assert.deepEqual(await offered('kubeless', 'fun'), ['function']);
  assert.deepEqual(await offered('kubeless', 'trigger', 'http', 'd'), ['delete']);
  assert.deepEqual(await offered('kubeless', 'function', 'deploy', 'hello', '--secret'), [
    '--secret-env',
    '--secrets',
  ]);
  assert.deepEqual(await offered('kubeless', 'function', 'call', 'hello', '--data', 'x', '--ver'), [
    '--verbose',
  ]);
});

test('zsh and fish get scripts too, others a hint', async () => {
  assert.match((await kubeless(['completion', 'zsh'])).stdout, /bashcompinit[^]*_kubeless/);
  const fish = (await kubeless(['completion', 'fish'])).stdout;
  assert.match(fish, /^complete -c kubeless -f -n '__kubeless_at "kubeless function"' -a 'deploy /m);
  assert.match(fish, /-l image-pull-policy -r -f -a 'IfNotPresent Always Never'/);
  const other = await kubeless(['completion', 'csh']);
  assert.deepEqual([other.exit, other.stdout], [2, '']);
});
