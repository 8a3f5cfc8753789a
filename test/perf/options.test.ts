import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.ts';
import { targets } from './targets.ts';

test('without anything all groups are measured in full', () => {
  const { groups, quick } = parseOptions({});
  assert.deepEqual(groups, Object.keys(targets));
  assert.equal(quick, false);
});

test('BENCH names groups, in the order of the benchmark', () => {
  assert.deepEqual(parseOptions({ BENCH: 'c,python' }).groups, ['python', 'c']);
  assert.throws(
    () => parseOptions({ BENCH: 'c,cobol' }),
    /BENCH=cobol: there is no such group; there are python/,
  );
});

test('QUICK measures less', () => {
  const [full, quick] = [parseOptions({ QUICK: '0' }), parseOptions({ QUICK: '1' })];
  assert.equal(quick.quick, true);
  assert.ok(quick.effort.rounds < full.effort.rounds);
});
