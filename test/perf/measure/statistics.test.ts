import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { median, medianOfPairs, percentile } from './statistics.ts';

test('percentile takes the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(percentile(hundred, 0.5), 50);
  assert.equal(percentile(hundred, 0.99), 99);
  assert.equal(percentile(hundred, 1), 100);
  assert.equal(percentile([7], 0.01), 7);
});

test('median of an even number of values is between the two in the middle', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
});

test('of nothing there is no value', () => {
  assert.equal(percentile([], 0.5), Number.NaN);
  assert.equal(median([]), Number.NaN);
  assert.equal(
    medianOfPairs([1], [], (a, b) => a / b),
    Number.NaN,
  );
});

test('pairs are compared round by round, so a slow round changes nothing', () => {
  const ratio = (left: number, right: number) => left / right;
  assert.equal(medianOfPairs([2, 20, 2], [1, 10, 1], ratio), 2);
  assert.equal(medianOfPairs([2, 3, 4], [1, 0, 2], ratio), 2);
});

test('both are values between the extremes, in any order of the input', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
  fc.assert(
    fc.property(
      fc.array(finite, { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, at) => {
        for (const value of [median(values), percentile(values, at)]) {
          assert.ok(value >= Math.min(...values) && value <= Math.max(...values));
        }
        assert.equal(median(values), median(values.toReversed()));
      },
    ),
  );
});
