const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** `3d4h`, `25m`: as kubectl shows ages (k8s.io/apimachinery duration.HumanDuration). Takes milliseconds. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * minute) return `${seconds}s`;
  if (seconds < 3 * hour) return minutesAndMore(seconds);
  if (seconds < 8 * day) return hoursAndMore(seconds);
  if (seconds < 2 * year) return `${Math.floor(seconds / day)}d`;
  if (seconds < 8 * year) return two(seconds, { unit: year, name: 'y', rest: day, restName: 'd' });
  return `${Math.floor(seconds / year)}y`;
}

function minutesAndMore(seconds: number): string {
  if (seconds < 10 * minute) return two(seconds, { unit: minute, name: 'm', rest: 1, restName: 's' });
  return `${Math.floor(seconds / minute)}m`;
}

function hoursAndMore(seconds: number): string {
  if (seconds < 8 * hour) return two(seconds, { unit: hour, name: 'h', rest: minute, restName: 'm' });
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)}h`;
  return two(seconds, { unit: day, name: 'd', rest: hour, restName: 'h' });
}

function two(
  seconds: number,
  { unit, name, rest, restName }: { unit: number; name: string; rest: number; restName: string },
): string {
  const remainder = Math.floor((seconds % unit) / rest);
  return `${Math.floor(seconds / unit)}${name}${remainder > 0 ? `${remainder}${restName}` : ''}`;
}

/** Age of an RFC 3339 time; `<unknown>` when there is none. */
export function age(timestamp: unknown, now: number): string {
  const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(time) ? '<unknown>' : humanDuration(now - time);
}
