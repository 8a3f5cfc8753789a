import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../lib/clock.ts';
import { identify, isAlive, signalProcess, waitForEnd } from './process-identity.ts';

test('a process is known by number and start, and gone when it has ended', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const identity = identify(child.pid ?? 0);
  assert.ok(identity !== null && isAlive(identity));
  assert.equal(isAlive({ ...identity, startTime: '1' }), false, 'another process with that number');
  assert.equal(await waitForEnd(identity, 30, systemClock), false);
  const exit = once(child, 'exit');
  signalProcess(identity, 'SIGKILL');
  assert.equal(await waitForEnd(identity, 10_000, systemClock), true);
  await exit;
  assert.equal(identify(child.pid ?? 0), null);
});

test('never signals a process that only has the same number', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  signalProcess({ pid: child.pid ?? 0, startTime: '1' }, 'SIGKILL');
  assert.equal(child.kill(), true, 'it was still there');
  const [, signal] = await once(child, 'exit');
  assert.equal(signal, 'SIGTERM');
});

test('reads past program names with spaces and parentheses, and takes a zombie for gone', () => {
  const root = mkdtempSync(join(tmpdir(), 'proc-'));
  const numbers = Array.from({ length: 40 }, (_, index) => index + 4).join(' ');
  for (const [pid, state] of [
    ['5', 'S'],
    ['6', 'Z'],
  ] as const) {
    mkdirSync(join(root, pid));
    writeFileSync(join(root, pid, 'stat'), `${pid} (a) b (c) ${state} ${numbers}`);
  }
  assert.deepEqual(identify(5, root), { pid: 5, startTime: '22' });
  assert.equal(identify(6, root), null);
  assert.equal(identify(7, root), null);
  rmSync(root, { recursive: true });
});
