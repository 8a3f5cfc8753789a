import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock, settle } from '../../test/helpers/manual-clock.ts';
import { WorkQueue } from './workqueue.ts';

function setUp(random = () => 1) {
  const clock = new ManualClock();
  const queue = new WorkQueue({ clock, random, backoffBaseMs: 100, backoffCapMs: 1000 });
  return { clock, queue };
}

async function takeNow(queue: WorkQueue): Promise<string | undefined> {
  return queue.size === 0 ? undefined : queue.take();
}

test('hands out each key once, in order, whether the worker or the key comes first', async () => {
  const { queue } = setUp();
  const early = queue.take();
  for (const key of ['a', 'b', 'b', 'c']) queue.add(key);
  assert.deepEqual([await early, await queue.take(), await queue.take()], ['a', 'b', 'c']);
  assert.equal(queue.size, 0);
});

test('a key added during its turn comes again only after it', async () => {
  const { queue } = setUp();
  queue.add('a');
  await queue.take();
  queue.add('a');
  queue.add('a');
  const next = queue.take();
  queue.add('b');
  assert.equal(await next, 'b');
  queue.done('a');
  assert.equal(await queue.take(), 'a');
  queue.done('a');
  assert.equal(queue.size, 0);
});

test('a delayed key comes when it is due; the earliest date wins, and an add ends the delay', async () => {
  const { clock, queue } = setUp();
  queue.addAfter('a', 500);
  queue.addAfter('a', 200);
  queue.addAfter('a', 800);
  await clock.advance(199);
  assert.equal(queue.size, 0);
  await clock.advance(1);
  assert.equal(await takeNow(queue), 'a');
  queue.done('a');
  await clock.advance(1000);
  assert.equal(queue.size, 0);

  queue.addAfter('a', 100);
  queue.add('a');
  assert.equal(await takeNow(queue), 'a');
  queue.done('a');
  await clock.advance(1000);
  assert.equal(queue.size, 0);
  assert.equal(clock.sleepers, 0);
});

test('retries double up to the cap, never end, and start over after forget', () => {
  const { queue } = setUp();
  const delays = Array.from({ length: 100 }, () => queue.retry('a'));
  assert.deepEqual(delays.slice(0, 5), [100, 200, 400, 800, 1000]);
  assert.ok(delays.slice(5).every((delay) => delay === 1000));
  queue.forget('a');
  assert.equal(queue.retry('a'), 100);
  assert.equal(setUp(() => 0).queue.retry('a'), 50);
});

test('close ends every wait and drops what waits', async () => {
  const { clock, queue } = setUp();
  const waiting = queue.take();
  queue.addAfter('a', 100);
  queue.close();
  assert.equal(await waiting, undefined);
  queue.add('b');
  assert.equal(await queue.take(), undefined);
  await settle();
  assert.equal(clock.sleepers, 0);
});

test('whatever happens: one worker a key, and no add is lost', async () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), key }),
    fc.record({ do: fc.constant('later' as const), key, ms: fc.integer({ min: 0, max: 300 }) }),
    fc.record({ do: fc.constant('take' as const) }),
    fc.record({ do: fc.constant('done' as const), key }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 300 }) }),
  );
  const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const { clock, queue } = setUp();
    const active = new Set<string>();
    const owed = new Set<string>();
    const take = async () => {
      const taken = await takeNow(queue);
      if (taken === undefined) return;
      assert.ok(!active.has(taken), `${taken} was handed out twice`);
      active.add(taken);
      owed.delete(taken);
    };
    const finish = (name: string) => active.delete(name) && queue.done(name);
    for (const action of steps) {
      if (action.do === 'pass') await clock.advance(action.ms);
      else if (action.do === 'take') {
        if (queue.size > active.size) await take();
      } else if (action.do === 'done') finish(action.key);
      else {
        owed.add(action.key);
        if (action.do === 'add') queue.add(action.key);
        else queue.addAfter(action.key, action.ms);
      }
    }
    for (let round = 0; round < 4; round += 1) {
      for (const name of active) finish(name);
      await clock.advance(1000);
      while (queue.size > 0) await take();
    }
    assert.deepEqual([...owed], []);
  });
  await fc.assert(property, { numRuns: 60 });
});
