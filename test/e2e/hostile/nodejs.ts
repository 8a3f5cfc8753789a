import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { call } from '../../helpers/e2e-call.ts';
import { assertRefused, Bystander, slowly } from '../../helpers/e2e-hostile.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';
import { eventually } from '../../helpers/eventually.ts';

/** What it does, and the codes that its own call may get. */
const endings: readonly [path: string, ...codes: string[]][] = [
  ['spin', 'timeout'],
  ['never', 'timeout'],
  // Its garbage collector fights for a while, and the timeout may come first.
  ['heap', 'crashed', 'out_of_memory', 'timeout'],
  ['buffers', 'out_of_memory', 'crashed'],
  ['leave', 'crashed'],
  ['abort', 'crashed'],
];

export function hostileNodejsCalls(current: CurrentPlatform): void {
  suite('a hostile call of a Node.js function', () => {
    let platform: Platform;
    let bystander: Bystander;
    before(async () => {
      platform = current();
      const image = await platform.images.onRuntime('nodejs24', 'hostile.js');
      await platform.deploy({
        'js-hostile': { image, timeout: '2s', resources: { memory: '128Mi', cpu: slowly } },
        'js-patient': { image, timeout: '60s', resources: { memory: '128Mi' } },
        'js-bystander': { image: await platform.images.onRuntime('nodejs24', 'observed.js') },
      });
      for (const name of ['js-hostile', 'js-patient', 'js-bystander'])
        await eventually(`${name} answers`, async () => (await call(platform.url(name))).status === 200);
      bystander = new Bystander(platform, 'js-bystander');
    });

    async function nextIsClean(name = 'js-patient'): Promise<void> {
      const { status, text } = await call(platform.url(name));
      assert.deepEqual([status, text], [200, 'hello']);
    }

    for (const [path, ...codes] of endings)
      test(`${path}: it is told why, the next one is clean`, async () => {
        // What ends by itself may take its time on a busy machine.
        const name = codes.includes('timeout') ? 'js-hostile' : 'js-patient';
        assertRefused(await call(platform.url(`${name}/${path}`)), codes);
        await nextIsClean(name);
      });

    for (const path of ['forgets', 'throwLater', 'rejectBeside', 'recurse'])
      test(`${path}: it is a failed call, the next one is clean`, async () => {
        assert.ok((await call(platform.url(`js-hostile/${path}`))).status >= 400);
        await nextIsClean('js-hostile');
      });

    test('lie: an answer that is shorter than it says is cut', async () => {
      await call(platform.url('js-patient/lie')).then(
        (answer) => assertRefused(answer, ['bad_response', 'crashed']),
        (error: unknown) => assert.ok(error instanceof Error),
      );
      await nextIsClean();
    });

    for (const path of ['poison', 'stopServing'])
      test(`${path}: what it changes in its process is gone with it`, async () => {
        await call(platform.url(`js-patient/${path}`));
        for (let round = 0; round < 3; round += 1) await nextIsClean();
      });

    test('others did not notice any of it', async (context) => bystander.assertUndisturbed(context));
  });
}
