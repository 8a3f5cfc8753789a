import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { durationPattern, formatDuration, parseDuration } from './duration.ts';

test('seconds, units and fractions', () => {
  const cases: [string | number, number][] = [
    [30, 30_000],
    [0.5, 500],
    ['180', 180_000],
    ['0', 0],
    ['500ms', 500],
    ['1.5s', 1500],
    ['1.1s', 1100],
    ['1h30m', 5_400_000],
    ['1m1m', 120_000],
    ['0.1ms', 1],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, String(text));
});

test('refuses what is no duration', () => {
  for (const text of [
    '',
    's',
    '-1',
    '1.5',
    '5 s',
    '1d',
    '1e3',
    'Infinity',
    `${'9'.repeat(30)}h`,
    -1,
    Number.NaN,
  ])
    assert.throws(() => parseDuration(text), { code: 'invalid' }, String(text));
});

test('what is formatted is parsed back', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 45 }), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)),
  );
  assert.equal(formatDuration(5_400_500), '1h30m500ms');
  assert.equal(formatDuration(0), '0s');
});

test('parses exactly what the pattern of the CRD takes', () => {
  const part = fc.constantFrom('1', '05', '.', 'ms', 's', 'm', 'h', '-', ' ', 'd');
  const pattern = new RegExp(durationPattern);
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const text = parts.join('');
      if (pattern.test(text)) assert.ok(Number.isSafeInteger(parseDuration(text)));
      else assert.throws(() => parseDuration(text), { code: 'invalid' });
    }),
  );
});
