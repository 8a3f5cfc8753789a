import { textMatching } from './schema-rules.ts';

/** One field: `*`, a value or a range, each with an optional step, in a list. Of robfig/cron's ParseStandard. */
function field(value: string): string {
  const item = `([*?]|(${value})(-(${value}))?)(/[1-9][0-9]*)?`;
  return `${item}(,${item})*`;
}

const months = 'JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC';
const days = 'SUN|MON|TUE|WED|THU|FRI|SAT';

const fields = [
  field('[0-5]?[0-9]'),
  field('[01]?[0-9]|2[0-3]'),
  field('0?[1-9]|[12][0-9]|3[01]'),
  field(`0?[1-9]|1[0-2]|${months}|${months.toLowerCase()}`),
  field(`[0-6]|${days}|${days.toLowerCase()}`),
];
const macros = 'yearly|annually|monthly|weekly|daily|midnight|hourly';

/**
 * Five fields, or a macro such as `@hourly` or `@every 1h30m`. Whether a range goes upwards is beyond a pattern: the
 * program that computes the times tells.
 */
export const cronSchedulePattern = `^(${fields.join(' +')}|@(${macros})|@every ([0-9]+(s|m|h))+)$`;

export const cronScheduleSchema = textMatching({
  description: 'When: minute, hour, day of the month, month and day of the week, or @hourly and the like.',
  pattern: cronSchedulePattern,
  message:
    'write five fields such as "*/5 * * * *" (minute hour day month weekday), or @hourly, @daily, @every 10m',
  maxLength: 256,
});
