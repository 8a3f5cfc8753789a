import { errorMessage, PlatformError } from '../errors.ts';
import { parseField, type ScheduleField } from './schedule-field.ts';

/** Times of day on certain days, by the clock of a time zone. */
export interface CalendarSchedule {
  kind: 'calendar';
  minutes: ScheduleField;
  hours: ScheduleField;
  daysOfMonth: ScheduleField;
  months: ScheduleField;
  /** 0 is Sunday. */
  daysOfWeek: ScheduleField;
}

export type Schedule = CalendarSchedule | { kind: 'interval'; ms: number };

const rules = {
  minutes: { min: 0, max: 59 },
  hours: { min: 0, max: 23 },
  daysOfMonth: { min: 1, max: 31 },
  months: {
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  daysOfWeek: { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
};

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * What Kubernetes takes (robfig/cron's ParseStandard): five fields, a macro such as `@hourly`, or `@every 1h30m`. Throws
 * `invalid` that says what is wrong.
 */
export function parseSchedule(text: string): Schedule {
  try {
    if (text.startsWith('@every ')) return { kind: 'interval', ms: parseInterval(text) };
    if (!text.startsWith('@')) return parseFields(text);
    const fields = Object.hasOwn(macros, text) ? macros[text] : undefined;
    if (fields === undefined) throw new PlatformError('invalid', `unrecognized descriptor: ${text}`);
    return parseFields(fields);
  } catch (error) {
    throw new PlatformError('invalid', errorMessage(error), {
      cause: error,
      hint: 'Write minute, hour, day of the month, month and weekday, such as "*/5 * * * *", or @hourly.',
    });
  }
}

function parseFields(text: string): CalendarSchedule {
  const fields = text.split(/\s+/).filter((field) => field !== '');
  const [minutes = '', hours = '', daysOfMonth = '', months = '', daysOfWeek = ''] = fields;
  if (fields.length !== 5)
    throw new PlatformError(
      'invalid',
      `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`,
    );
  return {
    kind: 'calendar',
    minutes: parseField(minutes, rules.minutes),
    hours: parseField(hours, rules.hours),
    daysOfMonth: parseField(daysOfMonth, rules.daysOfMonth),
    months: parseField(months, rules.months),
    daysOfWeek: parseField(daysOfWeek, rules.daysOfWeek),
  };
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Whole seconds, one at least. */
function parseInterval(text: string): number {
  const duration = text.slice('@every '.length);
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(duration))
    throw new PlatformError('invalid', `failed to parse duration ${text}`);
  const ms = [...duration.matchAll(/([\d.]+)(h|ms|m|s)/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  );
  if (!Number.isSafeInteger(Math.floor(ms))) throw new PlatformError('invalid', `${text} is too long`);
  return Math.max(1000, Math.floor(ms / 1000) * 1000);
}
