import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomOnProcessors, type ProcessorTimes } from './processor-room.ts';

/** Processors whose time the test tells. */
function machine() {
  const times: ProcessorTimes = { idleMs: 0, busyMs: 0 };
  return {
    look: () => ({ ...times }),
    pass(idleMs: number, busyMs: number): void {
      times.idleMs += idleMs;
      times.busyMs += busyMs;
    },
  };
}

test('so many as shall run in any case begin at once, however busy the machine is', () => {
  const { look, pass } = machine();
  const hasRoom = roomOnProcessors({ atLeast: 2, atMost: 4, look });
  assert.deepEqual([hasRoom(0), hasRoom(1), hasRoom(2)], [true, true, false]);
  pass(0, 10_000);
  assert.deepEqual([hasRoom(1), hasRoom(2)], [true, false]);
});

test('where the processors are idle one more begins, and the next when that has shown what it takes', () => {
  const { look, pass } = machine();
  const hasRoom = roomOnProcessors({ atLeast: 2, atMost: 4, look });
  pass(2000, 2000);
  assert.deepEqual([hasRoom(2), hasRoom(3)], [true, false]);
  pass(500, 500);
  assert.equal(hasRoom(3), false);
  pass(1000, 1000);
  assert.equal(hasRoom(3), true);
  pass(0, 4000);
  assert.equal(hasRoom(3), false);
});

test('there are never more than the most, not on an idle machine either', () => {
  const { look, pass } = machine();
  const hasRoom = roomOnProcessors({ atLeast: 2, atMost: 4, look });
  pass(100_000, 0);
  assert.equal(hasRoom(4), false);
});
