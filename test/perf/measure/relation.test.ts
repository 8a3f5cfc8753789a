import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRelated, formatRelation, isMet, relate, type Relation } from './relation.ts';

const cases: [Relation, number, number, string, string, boolean][] = [
  [{ kind: 'atMostTimes', times: 3 }, 6, 2, '≤ 3×', '3.00×', true],
  [{ kind: 'atMostTimes', times: 1.25 }, 13, 10, '≤ 1.25×', '1.30×', false],
  [{ kind: 'atLeastTimes', times: 0.6 }, 50, 100, '≥ 0.6×', '0.50×', false],
  [{ kind: 'atLeastTimes', times: 3 }, 300, 100, '≥ 3×', '3.00×', true],
  [{ kind: 'atMostOver', ms: 2 }, 2.5, 1, '≤ +2 ms', '+1.5 ms', true],
  [{ kind: 'atMostOver', ms: 2 }, 0.5, 1, '≤ +2 ms', '-0.5 ms', true],
];

for (const [relation, subject, limit, bound, text, met] of cases) {
  test(`${subject} against ${limit} is ${text} of ${bound}`, () => {
    const value = relate(relation)(subject, limit);
    assert.equal(formatRelation(relation), bound);
    assert.equal(formatRelated(relation, value), text);
    assert.equal(isMet(relation, value), met);
  });
}

test('what was not measured is not met', () => {
  assert.equal(isMet({ kind: 'atMostTimes', times: 3 }, Number.NaN), false);
  assert.equal(formatRelated({ kind: 'atMostTimes', times: 3 }, Number.NaN), '–');
});
