import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';

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
export async function call(
  url: string,
  clock: Clock,
  fetch: typeof globalThis.fetch,
  patienceMs = 10_000,
): Promise<Answer> {
  const end = clock.monotonic() + patienceMs;
  for (;;) {
    const start = clock.monotonic();
    const response = await fetch(url);
    const body = await response.text();
    const ms = clock.monotonic() - start;
    const answer = { status: response.status, text: body.trimEnd().split('\n')[0] ?? '', ms };
    if (response.ok) return answer;
    if (![404, 503].includes(response.status) || clock.monotonic() >= end)
      throw new PlatformError(
        'bad_response',
        `GET ${url} was answered with ${response.status}: ${answer.text}`,
      );
    await clock.sleep(50);
  }
}
