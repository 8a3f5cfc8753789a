import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock, settle } from '../../../test/helpers/manual-clock.ts';
import { DueTimes } from './due-times.ts';

/** A clock that somebody sets. */
class SetClock extends ManualClock {
  #set = 0;

  override now(): number {
    return super.now() + this.#set;
  }

  jump(ms: number): void {
    this.#set += ms;
  }
}

function world() {
  const clock = new SetClock();
  const due = new DueTimes(clock);
  const told: string[] = [];
  const stop = due.start((key) => told.push(key));
  return { clock, due, told, stop };
}

test('a key is told when its time has come, with one timer for all of them', async () => {
  const { clock, due, told, stop } = world();
  const start = clock.now();
  due.set('b', start + 20_000);
  due.set('a', start + 10_000);
  due.set('c', start + 30_000);
  assert.equal(clock.sleepers, 1);
  await clock.advance(9_999);
  assert.deepEqual(told, []);
  await clock.advance(1);
  assert.deepEqual(told, ['a']);
  due.set('c', undefined);
  await clock.advance(60_000);
  assert.deepEqual([told, clock.sleepers], [['a', 'b'], 0]);
  due.set('a', clock.now() + 1);
  stop();
  assert.equal(clock.sleepers, 0);
});

test('a clock that is set, forwards or backwards, makes it tell all keys within a minute', async () => {
  for (const jump of [3_600_000, -3_600_000]) {
    const { clock, due, told } = world();
    due.set('a', clock.now() + 1_800_000);
    due.set('b', clock.now() + 864_000_000);
    await clock.advance(300_000);
    assert.deepEqual(told, []);
    clock.jump(jump);
    await clock.advance(60_000);
    assert.deepEqual(told, ['a', 'b']);
  }
});

test('no key is told before its time, and none is forgotten', async () => {
  const anySetting = fc.tuple(
    fc.constantFrom('a', 'b', 'c'),
    fc.integer({ min: 0, max: 500_000 }),
    fc.nat(200_000),
  );
  const property = fc.asyncProperty(fc.array(anySetting, { maxLength: 20 }), async (settings) => {
    const clock = new ManualClock();
    const due = new DueTimes(clock);
    const wanted = new Map<string, number>();
    due.start((key) => {
      assert.ok(clock.now() >= (wanted.get(key) ?? Number.POSITIVE_INFINITY));
      wanted.delete(key);
    });
    for (const [key, inMs, passMs] of settings) {
      wanted.set(key, clock.now() + inMs);
      due.set(key, clock.now() + inMs);
      await settle();
      await clock.advance(passMs);
      for (const dueMs of wanted.values()) assert.ok(dueMs > clock.now());
    }
  });
  await fc.assert(property, { numRuns: 50 });
});
