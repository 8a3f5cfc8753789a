import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeyedSemaphore } from './keyed-semaphore.ts';

const never = new AbortController().signal;

test('never more than the limit run per key, and all run in the end', async () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(keys, fc.integer({ min: 1, max: 4 }), async (work, limit) => {
      const semaphore = new KeyedSemaphore(limit);
      const running = new Map<string, number>();
      let done = 0;
      const runs = work.map((key, index) =>
        semaphore.run(key, never, async () => {
          running.set(key, (running.get(key) ?? 0) + 1);
          assert.ok((running.get(key) ?? 0) <= limit);
          await turn();
          running.set(key, (running.get(key) ?? 0) - 1);
          done += 1;
          if (index % 3 === 0) throw new Error('this one fails');
        }),
      );
      await Promise.allSettled(runs);
      assert.equal(done, work.length);
    }),
    { numRuns: 50 },
  );
});

test('who waits can give up, and keeps nobody else waiting', async () => {
  const semaphore = new KeyedSemaphore(1);
  const gate = Promise.withResolvers<void>();
  const first = semaphore.run('a', never, () => gate.promise);
  const controller = new AbortController();
  const second = semaphore.run('a', controller.signal, async () => 'second');
  const third = semaphore.run('a', never, async () => 'third');
  controller.abort(new Error('gone'));
  await assert.rejects(second, /gone/);
  await assert.rejects(
    semaphore.run('b', controller.signal, async () => undefined),
    /gone/,
  );
  gate.resolve();
  await first;
  assert.equal(await third, 'third');
});
