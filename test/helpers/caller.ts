import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../src/lib/clock.ts';
import { builtin } from '../../src/lib/builtin.ts';

const { Agent, get } = builtin('node:http');

export interface CallResult {
  /** Null when there was no answer: refused, reset, cut off. */
  status: number | null;
  body: string;
  /** Date.now() at its end. */
  at: number;
}

/** One call on a connection of its own. Never rejects. */
export async function call(url: string): Promise<CallResult> {
  try {
    const outgoing = get(url, { agent: new Agent({ keepAlive: false }) });
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const body = await text(response);
    return { status: response.statusCode ?? null, body, at: Date.now() };
  } catch (error) {
    return { status: null, body: String(error), at: Date.now() };
  }
}

export interface Load extends AsyncDisposable {
  results: CallResult[];
}

/** Calls again and again, so many at a time, until it is disposed. */
export function load(url: string, callers: number): Load {
  const results: CallResult[] = [];
  const stop = new AbortController();
  const caller = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      results.push(await call(url));
      // Without a pause callers take all processors from what they are to watch, and spin while the port is closed.
      await systemClock.sleep(20);
    }
  };
  const running = Array.from({ length: callers }, caller);
  return {
    results,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
    },
  };
}
