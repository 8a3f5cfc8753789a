import { setTimeout as delay } from 'node:timers/promises';
import { call, type CallInit } from './e2e-call.ts';

export interface Sample {
  /** performance.now() at its begin and end. */
  from: number;
  to: number;
  /** HTTP status, or the code of the connection's error. */
  outcome: number | string;
  text: string;
}

export interface Load {
  readonly samples: readonly Sample[];
  /** Ends after the calls in flight. */
  stop(): Promise<readonly Sample[]>;
}

export interface LoadInit extends CallInit {
  /** Between an answer and the next call of the same caller: without one, callers take all processors from what they are to watch. */
  pauseMs?: number;
}

/** Callers that call again and again, each call over a connection of its own. */
export function startLoad(url: string, callers: number, { pauseMs = 20, ...init }: LoadInit = {}): Load {
  const samples: Sample[] = [];
  const stopped = new AbortController();
  const caller = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      samples.push(await sample(url, init));
      await delay(pauseMs);
    }
  };
  const running = Array.from({ length: callers }, caller);
  return {
    samples,
    async stop() {
      stopped.abort();
      await Promise.all(running);
      return samples;
    },
  };
}

async function sample(url: string, init: CallInit): Promise<Sample> {
  const from = performance.now();
  try {
    const { status, text } = await call(url, init);
    return { from, to: performance.now(), outcome: status, text };
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    // A server that is being started again refuses at once: no busy loop.
    await delay(10);
    return { from, to: performance.now(), outcome: code, text: '' };
  }
}

export const failed = (samples: readonly Sample[]): Sample[] =>
  samples.filter(({ outcome }) => outcome !== 200);

/** Milliseconds. */
export function p50(samples: readonly Sample[]): number {
  const sorted = samples.map(({ from, to }) => to - from).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
