/** No zone has changed its clocks twice in a day. */
interface OffsetsOfDay {
  before: number;
  after: number;
  /** A whole second. */
  changeMs: number;
}

/** How far the clocks of a time zone are ahead of UTC, by the rules that this machine has. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat;
  /** By the day of UTC. */
  readonly #ofDay = new Map<number, OffsetsOfDay>();

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
    const offsets = this.#ofDay.get(day) ?? this.#readDay(day);
    return epochMs < offsets.changeMs ? offsets.before : offsets.after;
  }

  /** To read a clock is slow, and a schedule asks for each minute of a day: so the moment of its change is looked for, once. */
  #readDay(day: number): OffsetsOfDay {
    const [from, to] = [day * dayMs, (day + 1) * dayMs];
    const [before, after] = [this.#read(from), this.#read(to)];
    if (this.#ofDay.size > 10_000) this.#ofDay.clear();
    const offsets = { before, after, changeMs: before === after ? to : this.#change(from, to) };
    this.#ofDay.set(day, offsets);
    return offsets;
  }

  /** The first second of the new offset. */
  #change(from: number, to: number): number {
    const before = this.#read(from);
    let [low, high] = [from, to];
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (this.#read(middle) === before) low = middle;
      else high = middle;
    }
    return high;
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
