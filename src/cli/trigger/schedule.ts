import { parseSchedule } from '../../lib/cron/schedule.ts';
import { errorMessage, PlatformError, toPlatformError } from '../../lib/errors.ts';

/** Throws `bad_request` that says what is wrong. */
export function checkSchedule(schedule: string): void {
  try {
    parseSchedule(schedule);
  } catch (error) {
    const { hint = '' } = toPlatformError(error);
    const message = `Invalid value for --schedule. ${errorMessage(error)}`;
    throw new PlatformError('bad_request', message, { cause: error, hint });
  }
}
