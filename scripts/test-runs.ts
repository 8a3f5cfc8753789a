import { run } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import { setTimeout as delay } from 'node:timers/promises';
import { note, TestSum } from './test-sum.ts';

export interface TestRuns {
  files: readonly string[];
  /** Whether one more may begin beside so many that run. */
  hasRoom: (running: number) => boolean;
  /** For each file. */
  timeoutMs: number;
}

interface EndedFile {
  file: string;
  events: TestEvent[];
  seconds: number;
}

const lookMs = 500;

/**
 * What `run` of node:test tells of files, each in a process of its own, in the order in which they end. That one takes a
 * number of files that always run; here it depends on the machine whether one more begins.
 */
export async function* testEvents({ files, hasRoom, timeoutMs }: TestRuns): AsyncGenerator<TestEvent> {
  const sum = new TestSum();
  const waiting = [...files];
  const running = new Map<string, Promise<EndedFile>>();
  while (waiting.length + running.size > 0) {
    const next = hasRoom(running.size) ? waiting.shift() : undefined;
    if (next !== undefined) running.set(next, runFile(next, timeoutMs));
    else {
      const ended = await Promise.race([...running.values(), delay(lookMs, undefined, { ref: false })]);
      if (ended === undefined) continue;
      running.delete(ended.file);
      yield* sum.take(ended.events);
      yield note(`${ended.file}: ${ended.seconds.toFixed(1)} s`);
    }
  }
  yield* sum.end();
}

/** A million lines are few enough to be held until a file has ended: else those of several would be mixed. */
async function runFile(file: string, timeoutMs: number): Promise<EndedFile> {
  const begin = performance.now();
  const events: TestEvent[] = [];
  for await (const event of run({ files: [file], timeout: timeoutMs })) events.push(event as TestEvent);
  return { file, events, seconds: (performance.now() - begin) / 1000 };
}
