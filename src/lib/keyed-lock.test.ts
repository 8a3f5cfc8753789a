import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedLock } from './keyed-lock.ts';

test('work on one key runs one after the other, in order, also after a failure', async () => {
  const lock = new KeyedLock();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = lock.run('a', async () => {
    log.push('first begins');
    await gate.promise;
    log.push('first ends');
    throw new Error('first failed');
  });
  const second = lock.run('a', async () => log.push('second'));
  const third = lock.run('a', async () => log.push('third'));
  await lock.run('b', async () => log.push('another key'));
  gate.resolve();
  await assert.rejects(first, /first failed/);
  await Promise.all([second, third]);
  assert.deepEqual(log, ['first begins', 'another key', 'first ends', 'second', 'third']);
});
