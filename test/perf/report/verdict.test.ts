import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from '../measure/rounds.ts';
import type { Sample } from '../measure/sample.ts';
import { judge } from './verdict.ts';

const sample = (...micros: number[]): Sample => ({ elapsedMicros: 1e6, micros, errors: 0, firstError: '' });
const result = (contender: string, ...serial: Sample[]): Result => ({ contender, samples: { serial } });
const target = {
  subject: 'ours',
  limit: 'theirs',
  aspect: 'serial',
  by: 'p50',
  relation: { kind: 'atMostTimes', times: 3 },
  aim: { kind: 'atMostTimes', times: 1.5 },
} as const;

test('the relation is the median of those of the rounds', () => {
  const ours = result('ours', sample(2000), sample(40_000), sample(2000));
  const theirs = result('theirs', sample(1000), sample(20_000), sample(500));
  const verdict = judge(target, [ours, theirs]);
  assert.deepEqual([verdict.value, verdict.met, verdict.aimMet], [2, true, false]);
  assert.deepEqual([verdict.subjectValue, verdict.limitValue], [2, 1]);
});

test('rates are compared when they are what counts', () => {
  const ours = result('ours', sample(1, 1, 1));
  const theirs = result('theirs', sample(1, 1, 1, 1));
  const relation = { kind: 'atLeastTimes', times: 0.8 } as const;
  const { value, met } = judge({ ...target, by: 'rate', relation }, [ours, theirs]);
  assert.deepEqual([value, met], [0.75, false]);
});

test('a round in which nothing went well does not count, and a target without any is not met', () => {
  const theirs = result('theirs', sample(1000), sample(1000));
  assert.equal(judge(target, [result('ours', sample(), sample(1000)), theirs]).value, 1);
  assert.equal(judge(target, [result('ours', sample()), theirs]).met, false);
  assert.equal(judge(target, [theirs]).met, false);
});
