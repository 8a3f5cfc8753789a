import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCondition, formatMicroTime, formatTime, setCondition } from './conditions.ts';

const early = Date.UTC(2026, 0, 1);
const late = early + 3_600_000;
const ready = { type: 'Ready', status: 'True', reason: 'Pulled', message: 'It is there.' } as const;

test('lastTransitionTime changes with the status only, and nothing changes for nothing', () => {
  const first = setCondition(undefined, ready, early);
  assert.deepEqual(first, [{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }]);
  assert.equal(setCondition(first, ready, late), first);
  const reworded = setCondition(first, { ...ready, message: 'Still.' }, late);
  assert.equal(findCondition(reworded, 'Ready')?.lastTransitionTime, '2026-01-01T00:00:00Z');
  const failed = setCondition(reworded, { ...ready, status: 'False' }, late);
  assert.equal(findCondition(failed, 'Ready')?.lastTransitionTime, '2026-01-01T01:00:00Z');
  const generation = setCondition(first, { ...ready, observedGeneration: 2 }, late);
  assert.equal(findCondition(generation, 'Ready')?.observedGeneration, 2);
});

test('other conditions stay where they are', () => {
  const other = { ...ready, type: 'Other', lastTransitionTime: 'x' };
  const list = setCondition([other], ready, early);
  assert.deepEqual(
    setCondition(list, { ...ready, status: 'Unknown' }, late).map(({ type, status }) => `${type} ${status}`),
    ['Other True', 'Ready Unknown'],
  );
});

test('times as the API server writes them', () => {
  assert.equal(formatTime(early + 999), '2026-01-01T00:00:00Z');
  assert.equal(formatMicroTime(early + 7), '2026-01-01T00:00:00.007000Z');
});
