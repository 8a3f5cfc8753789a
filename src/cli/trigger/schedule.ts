import { isEverDue } from '../../lib/cron/runs.ts';
import { parseSchedule } from '../../lib/cron/schedule.ts';
import { isTimeZone } from '../../lib/cron/time-zone.ts';
import { errorMessage, PlatformError, toPlatformError } from '../../lib/errors.ts';

const hint = 'It would never be due: name a day that there is.';

/** Throws `bad_request` for one that no API server knows. */
export function checkTimeZone(name: string): void {
  if (isTimeZone(name)) return;
  throw new PlatformError('bad_request', `Invalid value for --time-zone. unknown time zone ${name}`, {
    hint: 'Write a name of the tz database, such as Europe/Berlin or Etc/UTC.',
  });
}

/** Throws `bad_request` that says what is wrong. */
export function checkSchedule(schedule: string): void {
  try {
    const parsed = parseSchedule(schedule);
    if (!isEverDue(parsed))
      throw new PlatformError('invalid', 'no month that it names has such a day', { hint });
  } catch (error) {
    const message = `Invalid value for --schedule. ${errorMessage(error)}`;
    throw new PlatformError('bad_request', message, {
      cause: error,
      hint: toPlatformError(error).hint ?? hint,
    });
  }
}
