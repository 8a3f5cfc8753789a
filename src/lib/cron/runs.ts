import type { CalendarSchedule, Schedule } from './schedule.ts';
import { dayMs, type TimeZone } from './time-zone.ts';

/** A schedule that has no run within so long, such as one on February 30, has none. As robfig/cron. */
const horizonMs = 5 * 366 * dayMs;
const minuteMs = 60_000;

/**
 * The first run after that moment, or undefined if there is none. A time that the clocks skip has no run, one that they
 * show twice has two: as in Kubernetes, a run is due whenever the clock shows its time.
 */
export function nextRun(schedule: Schedule, zone: TimeZone, afterMs: number): number | undefined {
  if (schedule.kind === 'interval') return Math.floor(afterMs / 1000) * 1000 + schedule.ms;
  const first = localDay(zone, afterMs);
  const end = localDay(zone, afterMs + horizonMs);
  for (let day = first; day <= end; day += dayMs) {
    if (!isChosen(schedule, day)) continue;
    const run = least(runsOfDay(schedule, zone, day), (ms) => ms > afterMs);
    if (run !== undefined) return run;
  }
  return undefined;
}

/** Whether there is any day for it: of a leap year, as none has others. */
export function isEverDue(schedule: Schedule): boolean {
  if (schedule.kind === 'interval') return true;
  const year = Date.UTC(2028, 0, 1);
  return Array.from({ length: 366 }, (_, day) => year + day * dayMs).some((day) => isChosen(schedule, day));
}

/** The last run after `afterMs` and not after `untilMs`, or undefined if there is none. */
export function latestRun(
  schedule: Schedule,
  zone: TimeZone,
  { afterMs, untilMs }: { afterMs: number; untilMs: number },
): number | undefined {
  if (schedule.kind === 'interval') return latestOfInterval(schedule.ms, { afterMs, untilMs });
  const last = localDay(zone, Math.max(afterMs, untilMs - horizonMs));
  for (let day = localDay(zone, untilMs); day >= last; day -= dayMs) {
    if (!isChosen(schedule, day)) continue;
    const runs = runsOfDay(schedule, zone, day).filter((ms) => ms > afterMs && ms <= untilMs);
    if (runs.length > 0) return Math.max(...runs);
  }
  return undefined;
}

function latestOfInterval(
  ms: number,
  { afterMs, untilMs }: { afterMs: number; untilMs: number },
): number | undefined {
  const start = Math.floor(afterMs / 1000) * 1000;
  const count = Math.floor((untilMs - start) / ms);
  return count < 1 ? undefined : start + count * ms;
}

/** The day that clocks show, as the midnight of that date in UTC. */
function localDay(zone: TimeZone, epochMs: number): number {
  return Math.floor((epochMs + zone.offsetAt(epochMs)) / dayMs) * dayMs;
}

function isChosen({ daysOfMonth, months, daysOfWeek }: CalendarSchedule, day: number): boolean {
  const date = new Date(day);
  if (!months.values.includes(date.getUTCMonth() + 1)) return false;
  const inMonth = daysOfMonth.values.includes(date.getUTCDate());
  const inWeek = daysOfWeek.values.includes(date.getUTCDay());
  // Where both say something, one of them is enough.
  return daysOfMonth.isAny || daysOfWeek.isAny ? inMonth && inWeek : inMonth || inWeek;
}

/** All runs of a day by the clock, in no order where clocks change. */
function runsOfDay({ hours, minutes }: CalendarSchedule, zone: TimeZone, day: number): number[] {
  const offsets = new Set([zone.offsetAt(day - dayMs), zone.offsetAt(day + 2 * dayMs)]);
  for (let ms = day - dayMs; ms < day + 2 * dayMs; ms += dayMs / 4) offsets.add(zone.offsetAt(ms));
  const times = hours.values.flatMap((hour) =>
    minutes.values.map((minute) => (hour * 60 + minute) * minuteMs),
  );
  return [...offsets].flatMap((offset) =>
    times
      .map((time) => day + time - offset)
      .filter((ms) => offsets.size === 1 || zone.offsetAt(ms) === offset),
  );
}

function least(list: readonly number[], isWanted: (ms: number) => boolean): number | undefined {
  let found: number | undefined;
  for (const ms of list) if (isWanted(ms) && (found === undefined || ms < found)) found = ms;
  return found;
}
