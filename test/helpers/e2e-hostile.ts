import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { json, type CallResult } from './e2e-call.ts';
import { failed, p50, startLoad, type Load } from './e2e-load.ts';
import type { Platform } from './e2e-platform.ts';

/** The answer is the platform's: JSON with a code of these, a reason, the request id, and nothing of the host. */
export function assertRefused(answer: CallResult, codes: readonly string[]): void {
  assert.ok(answer.status >= 400, `status ${answer.status}: ${answer.text.slice(0, 200)}`);
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
  const { code, reason, requestId } = json(answer);
  assert.ok(codes.includes(code), `${code}: ${reason}`);
  assert.ok(reason.length > 10, reason);
  assert.equal(requestId, answer.headers['x-request-id']);
  assert.doesNotMatch(
    answer.text,
    /\/(run|tmp\/kontain|var|work|home|root|proc|sys)\b|oci-(layers|bundles)|crun|:\d+:\d+\)/,
  );
}

/** Without a pause its calls take a processor, for a minute in some files. */
const pauseMs = 100;

/** What a call may have that takes all it can get until its time is over: it would do no other harm with a whole processor. */
export const slowly = '250m';

/** Another function, called all the time meanwhile. */
export class Bystander {
  readonly #load: Load;

  constructor(platform: Platform, name: string) {
    this.#load = startLoad(platform.url(name), 1, { pauseMs });
  }

  /** No call of it failed, and half of them were quick. */
  async assertUndisturbed(context: TestContext): Promise<void> {
    const samples = await this.#load.stop();
    const median = p50(samples);
    context.diagnostic(`${samples.length} calls of another function meanwhile, p50 ${median.toFixed(1)} ms`);
    assert.deepEqual(failed(samples), []);
    assert.ok(samples.length > 20, `${samples.length} calls`);
    assert.ok(median < 500, `p50 ${median} ms`);
  }
}
