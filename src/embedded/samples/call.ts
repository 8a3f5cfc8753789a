import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import { builtin } from '../../lib/builtin.ts';

const { get } = builtin('node:http');

export interface Answer {
  status: number;
  /** The first line of the body, without its end. */
  text: string;
  ms: number;
}

/**
 * Calls a function. One that was deployed a moment ago may not be routed yet: 404 and 503 are tried again until the time is
 * over. Rejects with `bad_response` for any other answer than 2xx.
 */
export async function call(url: string, clock: Clock, patienceMs = 10_000): Promise<Answer> {
  const end = clock.monotonic() + patienceMs;
  for (;;) {
    const answer = await callOnce(url, clock);
    if (answer.status >= 200 && answer.status < 300) return answer;
    if (![404, 503].includes(answer.status) || clock.monotonic() >= end)
      throw new PlatformError(
        'bad_response',
        `GET ${url} was answered with ${answer.status}: ${answer.text}`,
      );
    await clock.sleep(50);
  }
}

/** With node:http and not fetch, whose first use alone takes longer than a call. */
async function callOnce(url: string, clock: Clock): Promise<Answer> {
  const start = clock.monotonic();
  const [response] = (await once(get(url), 'response')) as [IncomingMessage];
  const body = await text(response);
  const ms = clock.monotonic() - start;
  return { status: response.statusCode ?? 0, text: body.trimEnd().split('\n')[0] ?? '', ms };
}
