import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { onTerminal } from '../test/helpers/terminal.ts';

const script = `. ${join(import.meta.dirname, 'progress.sh')}; step "$@"`;
const step = (...argv: string[]): string[] => ['bash', '-c', script, 'bash', ...argv];

test('a terminal sees what goes on and how long it took, and nothing of what the program prints', async () => {
  const { exit, screen } = await onTerminal(step('Working', 'sh', '-c', 'echo noise; sleep 1'));
  assert.equal(exit, 0);
  assert.match(screen, /^Working … \r/);
  assert.match(screen, /KWorking: \ds\n$/);
  assert.doesNotMatch(screen, /noise/);
});

test('a pipe sees nothing', () => {
  const [bash = '', ...args] = step('Working', 'sh', '-c', 'echo noise; echo noise >&2');
  const { status, stdout, stderr } = spawnSync(bash, args, { encoding: 'utf8' });
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
});

test('a failure keeps its exit code, and shows the end of what was printed, on a terminal and in a pipe', async () => {
  const [bash = '', ...args] = step('Working', 'sh', '-c', 'echo "no such file"; exit 7');
  const said = /no such file\n+Working: failed \(exit code 7\): sh -c /;
  const { status, stdout, stderr } = spawnSync(bash, args, { encoding: 'utf8' });
  assert.deepEqual({ status, stdout }, { status: 7, stdout: '' });
  assert.match(stderr, said);
  const { exit, screen } = await onTerminal([bash, ...args]);
  assert.equal(exit, 7);
  assert.match(screen, said);
});

test('of a long output the beginning and the end are shown', () => {
  const [bash = '', ...args] = step('Working', 'sh', '-c', 'seq 1000; false');
  const { stderr } = spawnSync(bash, args, { encoding: 'utf8' });
  assert.match(stderr, /^1\n2\n[^]*\n30\n…\n971\n[^]*\n1000\nWorking: failed/);
});
