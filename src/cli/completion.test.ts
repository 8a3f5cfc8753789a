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

/** The same with zsh, whose bashcompinit runs bash's function as the Bourne shell would. */
async function offeredByZsh(...words: string[]): Promise<string[]> {
  const { stdout: script } = await kubeless(['completion', 'zsh']);
  const list = words.map((word) => `'${word}'`).join(' ');
  const program = `${script.replace('compinit && compinit', 'compinit && compinit -D')}
emulate -R sh; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _kubeless; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('zsh', ['-f', '-c', program]);
  return stdout.trimEnd().split('\n');
}

test('zsh gets the words of the same place; it filters them by itself', async () => {
  const top = await offeredByZsh('kubeless', 'fun');
  assert.ok(top.includes('function') && !top.includes('deploy'), String(top));
  const group = await offeredByZsh('kubeless', 'trigger', 'http', 'd');
  assert.deepEqual(group.slice(0, 4), ['create', 'update', 'delete', 'list']);
  assert.ok((await offeredByZsh('kubeless', 'function', 'logs', 'hello', '--ta')).includes('--tail'));
});

/** What fish would offer at the end of the line, without the descriptions. */
async function offeredByFish(line: string): Promise<string[]> {
  const { stdout: script } = await kubeless(['completion', 'fish']);
  const program = `${script}\ncomplete -C '${line}'`;
  const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', program]);
  return stdout
    .trimEnd()
    .split('\n')
    .map((offer) => offer.split('\t')[0] ?? '');
}

test('fish completes commands, flags and what a flag may be', async () => {
  assert.deepEqual(await offeredByFish('kubeless func'), ['function']);
  assert.deepEqual(await offeredByFish('kubeless trigger http d'), ['delete']);
  assert.deepEqual(await offeredByFish('kubeless function logs hello --ta'), ['--tail']);
  assert.deepEqual(await offeredByFish('kubeless function deploy hello --start '), [
    'cold',
    'prewarmed',
    'template',
  ]);
});

test('other shells get a hint', async () => {
  const other = await kubeless(['completion', 'csh']);
  assert.deepEqual([other.exit, other.stdout], [2, '']);
});
