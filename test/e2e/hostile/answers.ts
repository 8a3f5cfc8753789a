import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { call } from '../../helpers/e2e-call.ts';
import { assertRefused, Bystander } from '../../helpers/e2e-hostile.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';
import { rawExchange } from '../../helpers/raw-http.ts';

export function hostileAnswers(current: CurrentPlatform): void {
  suite('an HTTP server that answers wrongly', () => {
    let platform: Platform;
    let bystander: Bystander;
    before(async () => {
      platform = current();
      const image = await platform.images.program('answers.c');
      await platform.deploy({
        wrong: { image, timeout: '3s', start: 'prewarmed', prewarm: 2 },
        neighbour: { image, start: 'prewarmed', prewarm: 2 },
      });
      bystander = new Bystander(platform, 'neighbour/hello');
    });

    async function nextIsClean(): Promise<void> {
      assert.equal((await call(platform.url('wrong/hello'))).text, 'hello');
    }

    for (const path of [
      'garbage',
      'half-head',
      'two-lengths',
      'both-lengths',
      'bad-status',
      'upgrade',
      'split',
      'closes',
    ])
      test(`${path}: the caller is told`, async () => {
        assertRefused(await call(platform.url(`wrong/${path}`)), ['bad_response', 'crashed']);
        await nextIsClean();
      });

    test('a head without end', async () => {
      assertRefused(await call(platform.url('wrong/huge-head')), ['response_too_large', 'bad_response']);
      await nextIsClean();
    });

    test('no answer at all', async () => {
      assertRefused(await call(platform.url('wrong/no-answer')), ['timeout']);
      await nextIsClean();
    });

    for (const path of ['half-body', 'half-chunk', 'bad-chunk'])
      test(`${path}: the answer is cut, so that nobody takes it for whole`, async () => {
        const answer = call(platform.url(`wrong/${path}`));
        await answer.then(
          (got) => assertRefused(got, ['bad_response', 'crashed']),
          (error: unknown) => assert.ok(error instanceof Error),
        );
        await nextIsClean();
      });

    test('what comes behind an answer never reaches the caller’s next request', async () => {
      const request = 'GET /default/wrong/too-long HTTP/1.1\r\nHost: x\r\n\r\n';
      const last = 'GET /default/neighbour/hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
      const answer = await rawExchange(platform.instance.port, request + last);
      assert.doesNotMatch(answer, /evil/);
    });

    test('others did not notice any of it', async (context) => bystander.assertUndisturbed(context));
  });
}
