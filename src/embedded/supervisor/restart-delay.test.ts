import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, nat, property } from 'fast-check';
import { failuresAfter, restartDelay } from './restart-delay.ts';

test('a part that worked starts again at once, however often it is killed', () => {
  const failures = failuresAfter({ readyForMs: 1000 }, 7);
  assert.equal(failures, 0);
  assert.equal(restartDelay(failures), 0);
});

test('a part that keeps failing waits longer each time, up to 5 s', () => {
  const delays = [1, 2, 3, 4, 20].map(restartDelay);
  assert.deepEqual(delays, [50, 100, 200, 400, 5000]);
});

test('delays never shrink while failures go on, and never pass the longest', () => {
  check(
    property(nat({ max: 2000 }), (failures) => {
      assert.ok(restartDelay(failures) <= restartDelay(failures + 1));
      assert.ok(restartDelay(failures) <= 5000);
    }),
  );
});
