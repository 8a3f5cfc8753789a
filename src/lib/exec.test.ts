import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { eventually } from '../../test/helpers/eventually.ts';
import { ExecError } from './exec-error.ts';
import { exec } from './exec.ts';

const timeoutMs = 30_000;

async function failure(promise: Promise<unknown>): Promise<ExecError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ExecError, String(error));
  return error;
}

/** A killed process whose parent is gone can stay as a zombie until init reaps it. */
function runs(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('exec gives the output of a program as bytes', async () => {
  const { stdout, stderr } = await exec('sh', ['-c', 'printf "a\\377"; printf b >&2'], { timeoutMs });
  assert.deepEqual([...stdout], [0x61, 0xff]);
  assert.equal(stderr, 'b');
});

test('exec passes arguments as they are, without a shell', async () => {
  const { stdout } = await exec('printf', ['%s|', '$HOME; ls', '`id`'], { timeoutMs });
  assert.equal(stdout.toString(), '$HOME; ls|`id`|');
});

test('exec feeds standard input, and survives a program that does not read it', async () => {
  const { stdout } = await exec('cat', [], { timeoutMs, input: 'hello' });
  assert.equal(stdout.toString(), 'hello');
  await exec('true', [], { timeoutMs, input: 'x'.repeat(1_000_000) });
});

test('exec reports the exit code and the end of standard error', async () => {
  const error = await failure(exec('sh', ['-c', 'echo broken >&2; exit 3'], { timeoutMs }));
  assert.equal(error.exitCode, 3);
  assert.match(error.message, /exit code 3: broken/);
  const signalled = await failure(exec('sh', ['-c', 'kill -9 $$'], { timeoutMs }));
  assert.equal(signalled.signal, 'SIGKILL');
});

test('exec reports a program that is not there', async () => {
  const error = await failure(exec('/no/such/program', [], { timeoutMs }));
  assert.match(error.message, /could not be started.*ENOENT/);
});

test('exec ends a program and what it started after the timeout, also when it ignores SIGTERM', async () => {
  const script = 'trap "" TERM; sleep 300 & echo $!; wait; sleep 300';
  const error = await failure(exec('sh', ['-c', script], { timeoutMs: 2000, killGraceMs: 50 }));
  assert.ok(error.timedOut);
  const pid = Number(error.stdout);
  assert.ok(pid > 0);
  // SIGKILL is sent before exec ends; the kernel may need a moment more to carry it out.
  await eventually('what it started is gone', async () => !runs(pid));
});

test('exec ends a program that prints too much', async () => {
  const error = await failure(exec('yes', [], { timeoutMs, maxOutputBytes: 1000 }));
  assert.ok(error.outputTooLarge);
  assert.ok(error.stdout.length <= 1000);
});

test('exec keeps only the end of a long standard error', async () => {
  const script = 'head -c 500000 /dev/zero | tr "\\0" x >&2; echo end >&2; exit 1';
  const error = await failure(exec('sh', ['-c', script], { timeoutMs }));
  assert.equal(error.stderr.length, 64 * 1024);
  assert.ok(error.stderr.endsWith('xend\n'));
});

test('exec obeys an abort signal, before and during the run', async () => {
  const before = await failure(exec('sleep', ['300'], { timeoutMs, signal: AbortSignal.abort() }));
  assert.ok(before.aborted);
  const controller = new AbortController();
  const running = failure(exec('sleep', ['300'], { timeoutMs, signal: controller.signal }));
  setTimeout(() => controller.abort(), 50);
  assert.ok((await running).aborted);
});

test('exec does not put arguments, which can be secrets, into messages', async () => {
  const error = await failure(exec('false', ['--password', 'hunter2'], { timeoutMs }));
  assert.ok(!error.message.includes('hunter2'));
});
