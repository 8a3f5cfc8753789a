import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { call } from '../../helpers/e2e-call.ts';
import { assertRefused, Bystander, slowly } from '../../helpers/e2e-hostile.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';
import { kontainerProcesses } from '../../helpers/e2e-processes.ts';
import { eventually } from '../../helpers/eventually.ts';

const mebibyte = 1024 * 1024;

/** What it does, and the codes that its own call may get. */
const endings: readonly [path: string, ...codes: string[]][] = [
  ['bomb', 'timeout', 'bad_response', 'crashed', 'out_of_memory'],
  ['bomb_and_sleep', 'timeout', 'out_of_memory'],
  ['memory', 'out_of_memory'],
  ['shout', 'timeout'],
  ['forever', 'timeout'],
  ['deaf', 'timeout'],
  ['family', 'timeout'],
  ['leave', 'crashed'],
  ['vanish', 'bad_response', 'crashed'],
  ['fault', 'crashed'],
  ['garbage', 'bad_response'],
];

export function hostilePythonCalls(current: CurrentPlatform): void {
  suite('a hostile call', () => {
    let platform: Platform;
    let bystander: Bystander;
    before(async () => {
      platform = current();
      const image = await platform.images.onRuntime('python3.11', 'hostile.py');
      const resources = { memory: '96Mi', ephemeralStorage: '48Mi' };
      await platform.deploy({
        hostile: { image, timeout: '2s', resources: { ...resources, cpu: slowly } },
        patient: { image, timeout: '60s', resources },
        cold: { image, timeout: '4s', resources, start: 'cold' },
        ahead: { image, timeout: '4s', resources, start: 'prewarmed' },
        bystander: { image: await platform.images.onRuntime('python3.11', 'calls.py') },
      });
      for (const name of ['hostile', 'patient', 'bystander'])
        await eventually(`${name} answers`, async () => (await call(platform.url(name))).status === 200);
      bystander = new Bystander(platform, 'bystander');
    });

    async function nextIsClean(name = 'hostile'): Promise<void> {
      assert.equal((await call(platform.url(name))).text, 'hello');
    }

    for (const [path, ...codes] of endings)
      test(`${path}: it is told why, the next one is clean`, async () => {
        // What ends by itself may take its time on a busy machine.
        const name = codes.includes('timeout') ? 'hostile' : 'patient';
        assertRefused(await call(platform.url(`${name}/${path}`)), codes);
        await nextIsClean(name);
      });

    for (const name of ['cold', 'ahead'])
      test(`${name}: without a template it is the same`, async () => {
        assertRefused(await call(platform.url(`${name}/memory`)), ['out_of_memory']);
        assertRefused(await call(platform.url(`${name}/bomb_and_sleep`)), ['timeout', 'out_of_memory']);
        await nextIsClean(name);
      });

    test('tmp: it can fill its own share only', async () => {
      const { text } = await call(platform.url('patient/tmp'));
      assert.match(text, /^\d+ No space left on device$|"code":"out_of_memory"/);
      assert.ok((Number.parseInt(text, 10) || 0) <= 48 * mebibyte, text);
      await nextIsClean('patient');
    });

    test('threads: their number is limited', async () => {
      const { text } = await call(platform.url('patient/threads'));
      assert.ok(Number(text) < 64, text);
      await nextIsClean();
    });

    test('daemons: they end with the call', async () => {
      const before = kontainerProcesses(platform).length;
      assert.equal((await call(platform.url('patient/daemons'))).text, 'left');
      await eventually(
        'as many processes as before',
        () => kontainerProcesses(platform).length <= before + 1,
      );
      await nextIsClean();
    });

    for (const path of ['endless', 'drip', 'halfway'])
      test(`${path}: the answer is cut, so that nobody takes it for whole`, async () => {
        await assert.rejects(call(platform.url(`hostile/${path}`)));
        await nextIsClean();
      });

    test('what was printed without end is kept within its limit', () => {
      const { size } = statSync(join(platform.root, 'logs/default/hostile.log'));
      assert.ok(size < 16 * mebibyte, `${size} bytes`);
    });

    test('others did not notice any of it', async (context) => bystander.assertUndisturbed(context));

    test('nothing of it is left when the functions are deleted', async () => {
      await platform.kubectl.run('delete', 'images', '--all');
      await eventually('no process of a Kontainer', () => kontainerProcesses(platform).length === 0);
    });
  });
}
