import { call } from './kontainer-call.ts';
import type { TestDriver } from './kontainer-driver.ts';

export interface Load {
  readonly answered: number;
  readonly failed: number;
  /** Resolves with the time from now to the next call that was begun from now on and answered. */
  nextAnswer(): Promise<number>;
  /** Resolves when the last call is over; rejects with a wrong answer. */
  stop(): Promise<void>;
}

/** Callers that call one function again and again, whatever happens to them. */
export function startLoad(driver: TestDriver, callers: number): Load {
  const template = driver.function({ name: 'load' });
  const waiting = new Set<{ since: number; resolve(after: number): void }>();
  const ending = new AbortController();
  let [answered, failed] = [0, 0];

  const once = async (turn: number): Promise<void> => {
    const begun = performance.now();
    const body = `call ${turn}`;
    const { text } = await call(template, 'echo', { body });
    if (text !== body) throw new Error('an answer is not complete');
    answered += 1;
    for (const item of waiting) {
      if (item.since > begun) continue;
      waiting.delete(item);
      item.resolve(performance.now() - item.since);
    }
  };
  const caller = async (): Promise<void> => {
    for (let turn = 0; !ending.signal.aborted; turn++) {
      await once(turn).catch(async () => {
        failed += 1;
        await new Promise((resolve) => setTimeout(resolve, 10));
      });
    }
  };
  const all = Promise.all(Array.from({ length: callers }, caller));
  return {
    get answered() {
      return answered;
    },
    get failed() {
      return failed;
    },
    nextAnswer: () =>
      new Promise((resolve) => {
        waiting.add({ since: performance.now(), resolve });
      }),
    async stop() {
      ending.abort();
      await all;
      await template[Symbol.asyncDispose]();
    },
  };
}
