import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Demand } from './demand.ts';

test('takes count for as long as four starts take', () => {
  const demand = new Demand(16);
  for (let i = 0; i < 50; i++) demand.started(10);
  for (const now of [0, 30, 60]) demand.taken(now);
  assert.equal(demand.recent(60), 2);
  assert.equal(demand.recent(200), 0);
});

test('no more takes are remembered than may wait', () => {
  const demand = new Demand(3);
  for (let now = 0; now < 10; now++) demand.taken(now);
  assert.equal(demand.recent(9), 3);
});
