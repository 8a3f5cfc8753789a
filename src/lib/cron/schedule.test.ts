import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlatformError } from '../errors.ts';
import { parseSchedule } from './schedule.ts';

test('what is wrong is said', () => {
  const table: Readonly<Record<string, RegExp>> = {
    '': /expected exactly 5 fields, found 0/,
    '* * * *': /expected exactly 5 fields, found 4/,
    '60 * * * *': /end of range \(60\) above maximum \(59\)/,
    '* * 0 * *': /beginning of range \(0\) below minimum \(1\)/,
    '30-10 * * * *': /beginning of range \(30\) beyond end of range \(10\)/,
    '*/0 * * * *': /step of range should be a positive number/,
    '1/2/3 * * * *': /too many slashes/,
    '1-2-3 * * * *': /too many hyphens/,
    '* * * * 7': /above maximum \(6\)/,
    '* * * * someday': /failed to parse number: "someday"/,
    '@reboot': /unrecognized descriptor/,
    '@constructor': /unrecognized descriptor/,
    '@every': /unrecognized descriptor/,
    '@every soon': /failed to parse duration/,
    'TZ=UTC * * * * *': /found 6/,
  };
  for (const [text, message] of Object.entries(table))
    assert.throws(() => parseSchedule(text), { code: 'invalid', message }, text);
});

test('fields, names and macros', () => {
  const parsed = parseSchedule('0,30 8-18/5 1,15 JAN-mar mon');
  assert.ok(parsed.kind === 'calendar');
  assert.deepEqual(parsed.hours.values, [8, 13, 18]);
  assert.deepEqual(parsed.months.values, [1, 2, 3]);
  assert.deepEqual(parsed.daysOfWeek, { values: [1], isAny: false });
  assert.deepEqual(parseSchedule('@weekly'), parseSchedule('0 0 * * SUN'));
  assert.deepEqual(parseSchedule('@every 1.5h1m500ms'), { kind: 'interval', ms: 5_460_000 });
  assert.deepEqual(parseSchedule('@every 1ms'), { kind: 'interval', ms: 1000 });
});

test('any text is a schedule or refused', () => {
  const piece = fc.constantFrom(
    '*',
    '/',
    '-',
    ',',
    ' ',
    '1',
    '59',
    '99999',
    'mon',
    '@every',
    '@daily',
    '?',
    '.5h',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (text) => {
        try {
          parseSchedule(text);
        } catch (error) {
          assert.ok(error instanceof PlatformError && error.code === 'invalid' && error.hint !== undefined);
        }
      },
    ),
  );
});
