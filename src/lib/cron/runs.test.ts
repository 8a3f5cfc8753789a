import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { isEverDue, latestRun, nextRun } from './runs.ts';
import { parseSchedule, type CalendarSchedule, type Schedule } from './schedule.ts';
import { TimeZone } from './time-zone.ts';

const minuteMs = 60_000;
const time = (text: string): number => Date.parse(text);
const show = (ms: number | undefined) =>
  ms === undefined ? 'never' : new Date(ms).toISOString().slice(0, 16);

function runs(text: string, zone: string, from: string, count: number): string[] {
  const [schedule, clocks] = [parseSchedule(text), new TimeZone(zone)];
  const found: string[] = [];
  let now: number | undefined = time(from);
  while (found.length < count && now !== undefined) {
    now = nextRun(schedule, clocks, now);
    found.push(show(now));
  }
  return found;
}

suite('the next runs', () => {
  const table: readonly [string, string, string, string[]][] = [
    ['*/15 * * * *', 'UTC', '2026-03-01T00:07Z', ['2026-03-01T00:15', '2026-03-01T00:30']],
    ['0 0 1 1 *', 'UTC', '2026-01-01T00:00Z', ['2027-01-01T00:00']],
    ['0 0 29 2 *', 'UTC', '2026-01-01T00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['0 0 30 2 *', 'UTC', '2026-01-01T00:00Z', ['never']],
    ['@daily', 'Asia/Kolkata', '2026-01-01T00:00Z', ['2026-01-01T18:30']],
    ['0 9 * * MON-FRI', 'Europe/Berlin', '2026-05-01T08:00Z', ['2026-05-04T07:00']],
    // A day of the month or of the week, where both are named.
    ['0 0 13 * 5', 'UTC', '2026-02-01T00:00Z', ['2026-02-06T00:00', '2026-02-13T00:00']],
    ['0 0 13 * *', 'UTC', '2026-02-01T00:00Z', ['2026-02-13T00:00', '2026-03-13T00:00']],
    // The clocks skip an hour: there is no half past two on that day.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T02:00Z', ['2026-03-30T00:30']],
    // They show an hour twice.
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-25T01:30']],
    ['0 * * * *', 'Europe/Berlin', '2026-10-25T00:00Z', ['2026-10-25T01:00', '2026-10-25T02:00']],
    // Half an hour, and a midnight that is not there.
    ['0 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00Z', ['2026-10-04T15:00']],
    ['0 0 * * *', 'America/Asuncion', '2023-09-30T12:00Z', ['2023-10-02T03:00']],
    // A whole day that is not there.
    ['0 12 * * *', 'Pacific/Apia', '2011-12-29T12:00Z', ['2011-12-29T22:00', '2011-12-30T22:00']],
    ['@every 1h30m', 'UTC', '2026-01-01T00:00:07.5Z', ['2026-01-01T01:30', '2026-01-01T03:00']],
  ];
  for (const [text, zone, from, expected] of table)
    test(`${text} in ${zone} after ${from}`, () =>
      assert.deepEqual(runs(text, zone, from, expected.length), expected));
});

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** What the clock of a zone shows. */
function clockOf(zone: string): (ms: number) => Record<string, string> {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    weekday: 'short',
  });
  return (ms) => Object.fromEntries(clock.formatToParts(ms).map(({ type, value }) => [type, value]));
}

function shows(schedule: CalendarSchedule, part: Record<string, string>): boolean {
  const { minutes, hours, months, daysOfMonth, daysOfWeek } = schedule;
  const has = (values: readonly number[], name: string) => values.includes(Number(part[name]));
  if (!has(minutes.values, 'minute') || !has(hours.values, 'hour') || !has(months.values, 'month'))
    return false;
  const days = [
    has(daysOfMonth.values, 'day'),
    daysOfWeek.values.includes(weekdays.indexOf(part['weekday'] ?? '')),
  ];
  return daysOfMonth.isAny || daysOfWeek.isAny ? days.every(Boolean) : days.some(Boolean);
}

/** The very definition: every minute is looked at on the clock. */
function naiveNext(schedule: Schedule, zone: string, afterMs: number, limitMs: number): number | undefined {
  assert.ok(schedule.kind === 'calendar');
  const clock = clockOf(zone);
  for (let ms = (Math.floor(afterMs / minuteMs) + 1) * minuteMs; ms <= limitMs; ms += minuteMs)
    if (shows(schedule, clock(ms))) return ms;
  return undefined;
}

const list = (min: number, max: number) => {
  const value = fc.integer({ min, max });
  const item = fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    value.map(String),
    fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.integer({ min: 1, max: 20 }).map((step) => `*/${step}`),
    fc.tuple(value, fc.integer({ min: 1, max: 20 })).map(([a, step]) => `${a}/${step}`),
  );
  return fc.array(item, { minLength: 1, maxLength: 2 }).map((items) => items.join(','));
};
const anySchedule = fc
  .tuple(list(0, 59), list(0, 23), list(1, 31), list(1, 12), list(0, 6))
  .map((fields) => fields.join(' '));
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
];
/** Around the changes of the clocks, as nothing happens elsewhere. */
const changes = [
  '2026-03-29T01:00Z',
  '2026-10-25T01:00Z',
  '2026-03-08T05:30Z',
  '2026-11-01T05:30Z',
  '2026-04-04T15:00Z',
];
const anyMoment = fc
  .tuple(fc.constantFrom(...changes), fc.integer({ min: -2 * 86_400_000, max: 2 * 86_400_000 }))
  .map(([change, distance]) => time(change) + distance);

test('the next run is the first minute whose clock shows it, and the latest run before it is found back', () => {
  const windowMs = 86_400_000;
  fc.assert(
    fc.property(anySchedule, fc.constantFrom(...zones), anyMoment, (text, zone, from) => {
      const [schedule, clocks] = [parseSchedule(text), new TimeZone(zone)];
      const next = nextRun(schedule, clocks, from);
      const naive = naiveNext(schedule, zone, from, from + windowMs);
      if (naive === undefined) assert.ok(next === undefined || next > from + windowMs);
      else assert.equal(show(next), show(naive));
      if (next === undefined) return;
      assert.equal(latestRun(schedule, clocks, { afterMs: from, untilMs: next }), next);
      assert.equal(latestRun(schedule, clocks, { afterMs: from, untilMs: next - 1 }), undefined);
    }),
    { numRuns: 200 },
  );
});

test('the latest run is the last of all runs in between', () => {
  const anyInterval = fc.integer({ min: 30, max: 5000 }).map((seconds) => `@every ${seconds}s`);
  fc.assert(
    fc.property(
      fc.oneof(anySchedule, anyInterval),
      fc.constantFrom(...zones),
      anyMoment,
      fc.integer({ min: 0, max: 6 * 3_600_000 }),
      (text, zone, from, length) => {
        const [schedule, clocks] = [parseSchedule(text), new TimeZone(zone)];
        let last: number | undefined;
        for (let run = nextRun(schedule, clocks, from); run !== undefined && run <= from + length;) {
          last = run;
          run = nextRun(schedule, clocks, run);
        }
        assert.equal(latestRun(schedule, clocks, { afterMs: from, untilMs: from + length }), last);
      },
    ),
    { numRuns: 100 },
  );
});

test('a day that no calendar has is told', () => {
  const never = ['0 0 30 2 *', '0 0 31 4,6 *', '* * 31 feb-feb *', '0 0 31 2,4,6,9,11 ?'];
  for (const text of never) assert.equal(isEverDue(parseSchedule(text)), false, text);
  const due = [
    '0 0 29 2 *',
    '0 0 30 2 1',
    '0 0 31 2-3 *',
    '@yearly',
    '@every 1h',
    '* * * * *',
    '*/61 * * * *',
  ];
  for (const text of due) assert.equal(isEverDue(parseSchedule(text)), true, text);
});
