import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredFunction } from '../api/function.ts';
import { BuildProgress } from './build-progress.ts';
import type { Reason } from './function-status.ts';

function stored(reason: Reason | undefined, generation = 1): StoredFunction {
  const conditions =
    reason === undefined ? [] : [{ type: 'Ready', status: 'False', reason, observedGeneration: 1 }];
  return {
    metadata: { namespace: 'a', name: 'b', generation },
    status: { conditions },
  } as unknown as StoredFunction;
}

test('steps of a build are told once a second, everything else at once', () => {
  const progress = new BuildProgress();
  const delay = (before: Reason | undefined, reason: Reason, nowMs: number, generation = 1): number =>
    progress.delay('a/b', stored(before, generation), { reason, message: '' }, nowMs);
  assert.equal(delay('Building', 'Pushing', 5000), 0, 'nothing was told');
  progress.told('a/b', 5000);
  assert.equal(delay('Building', 'Building', 5300), 700);
  assert.equal(delay('Building', 'Pushing', 5300), 700);
  assert.equal(delay('Building', 'Pushing', 6000), 0);
  assert.equal(delay('Building', 'Pushing', 5300, 2), 0, 'another generation');
  assert.equal(delay('Queued', 'Building', 5300), 0);
  assert.equal(delay('Queued', 'Queued', 9000), Infinity, 'its place has changed');
  assert.equal(delay('Queued', 'Queued', 9000, 2), 0);
  assert.equal(delay('Building', 'Queued', 5300), 0);
  assert.equal(delay(undefined, 'Building', 5300), 0);
  for (const reason of ['Pulling', 'Ready', 'LoadFailed'] as const)
    assert.equal(delay('Pushing', reason, 5300), 0);
  progress.forget('a/b');
  assert.equal(delay('Building', 'Pushing', 5300), 0);
});
