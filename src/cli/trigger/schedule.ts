import { PlatformError } from '../../lib/errors.ts';

/** Rough: five fields or a macro. The API server knows the whole grammar, and its answer says what to write. */
export function checkSchedule(schedule: string): void {
  const fields = schedule.trim().split(/\s+/);
  if (fields.length === 5 || schedule.startsWith('@')) return;
  throw new PlatformError('bad_request', `Invalid value for --schedule. "${schedule}" has not five fields`, {
    hint: 'Write minute, hour, day, month and weekday, such as "*/5 * * * *", or @hourly.',
  });
}
