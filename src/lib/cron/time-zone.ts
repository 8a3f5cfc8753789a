/** How far the clocks of a time zone are ahead of UTC, by the rules that this machine has. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat;
  /** By the day of UTC; null where it changes within the day. */
  readonly #ofDay = new Map<number, number | null>();

  /** Undefined is the zone of the machine. Throws a RangeError for a name that nobody knows. */
  constructor(name?: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Milliseconds to add to UTC at that moment. */
  offsetAt(epochMs: number): number {
    const day = Math.floor(epochMs / dayMs);
    let offset = this.#ofDay.get(day);
    if (offset === undefined) {
      const [first, last] = [this.#read(day * dayMs), this.#read((day + 1) * dayMs)];
      offset = first === last ? first : null;
      if (this.#ofDay.size > 10_000) this.#ofDay.clear();
      this.#ofDay.set(day, offset);
    }
    return offset ?? this.#read(epochMs);
  }

  #read(epochMs: number): number {
    const seconds = Math.floor(epochMs / 1000) * 1000;
    const parts: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(seconds)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - seconds;
  }
}

export const dayMs = 86_400_000;

/** As in the files of the tz database, where Kubernetes looks: Intl takes them in any case, and offsets such as +02:00. */
const zoneName = /^[A-Z][^/]*(\/[A-Z][^/]*)*$/;

/** Whether Kubernetes knows a time zone of that name: no offset, and not the zone of whatever machine it is. */
export function isTimeZone(name: string): boolean {
  if (!zoneName.test(name) || name === 'Local') return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
