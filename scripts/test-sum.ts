import type { TestEvent } from 'node:test/reporters';

/** In the order in which node:test tells them at the end. */
const counted = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo'];

/** Makes one report of the reports of several files: numbers go on from file to file, and what is told at the end is told once. */
export class TestSum {
  readonly #begin = performance.now();
  readonly #counts = new Map(counted.map((name) => [name, 0]));
  #topLevel = 0;
  #success = true;

  /** What is left of the events of a file. */
  take(events: readonly TestEvent[]): TestEvent[] {
    return events.filter((event) => !this.#isOfEnd(event)).map((event) => this.#numbered(event));
  }

  #numbered(event: TestEvent): TestEvent {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') return event;
    if (event.data.nesting > 0) return event;
    this.#topLevel += 1;
    return { ...event, data: { ...event.data, testNumber: this.#topLevel } } as TestEvent;
  }

  #isOfEnd({ type, data }: TestEvent): boolean {
    if (type === 'test:summary' && data.file === undefined) {
      this.#success &&= data.success;
      return true;
    }
    if (type === 'test:plan' && data.nesting === 0) return true;
    return type === 'test:diagnostic' && data.nesting === 0 && this.#isCount(data.message);
  }

  #isCount(message: string): boolean {
    const [name = '', value] = message.split(' ');
    const count = this.#counts.get(name);
    if (count !== undefined) this.#counts.set(name, count + Number(value));
    return count !== undefined || name === 'duration_ms';
  }

  /** What one run tells when all files have ended. */
  end(): TestEvent[] {
    const ms = performance.now() - this.#begin;
    const lines = [...this.#counts].map(([name, count]) => `${name} ${count}`);
    return [
      { type: 'test:plan', data: { nesting: 0, count: this.#topLevel } },
      ...[...lines, `duration_ms ${ms}`].map(note),
      this.#summary(ms),
    ];
  }

  #summary(ms: number): TestEvent {
    const count = (name: string): number => this.#counts.get(name) ?? 0;
    const counts = {
      tests: count('tests'),
      suites: count('suites'),
      passed: count('pass'),
      cancelled: count('cancelled'),
      skipped: count('skipped'),
      todo: count('todo'),
      topLevel: this.#topLevel,
    };
    return {
      type: 'test:summary',
      data: { success: this.#success, counts, duration_ms: ms, file: undefined },
    };
  }
}

export const note = (message: string): TestEvent => ({
  type: 'test:diagnostic',
  data: { nesting: 0, message, level: 'info' },
});
