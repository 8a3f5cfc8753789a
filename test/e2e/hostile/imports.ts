import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { call, json } from '../../helpers/e2e-call.ts';
import { assertRefused, Bystander, slowly } from '../../helpers/e2e-hostile.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import { kontainerProcesses } from '../../helpers/e2e-processes.ts';
import { eventually } from '../../helpers/eventually.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';

const handler = 'def handler(event, context):\n    return "hello"\n';

/** What a module does when it is loaded, and the codes that calls may get. */
const modules: Record<string, { source: string; codes: string[]; words?: RegExp }> = {
  raises: {
    source: 'raise ValueError("no such setting")',
    codes: ['start_failed', 'crashed'],
    words: /no such setting/,
  },
  misspelt: {
    source: 'def (',
    codes: ['start_failed', 'crashed'],
    words: /SyntaxError|invalid syntax/,
  },
  'no-handler': { source: 'handler = 5', codes: ['start_failed', 'crashed'], words: /has no function/ },
  exits: { source: 'import os; os._exit(0)', codes: ['start_failed', 'crashed'] },
  hangs: { source: 'import time; time.sleep(600)', codes: ['timeout'] },
  spins: { source: 'while True: pass', codes: ['timeout'] },
  eats: {
    source: 'held = [b"x" * (8 << 20) for _ in range(10000)]',
    codes: ['start_failed', 'out_of_memory'],
  },
  bombs: {
    source: 'import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass',
    codes: ['timeout', 'start_failed'],
  },
};

/** Functions of import-liar.py. */
const lies = ['sizes', 'up', 'exits', 'failures', 'others', 'descriptors', 'flood', 'background'];

export function hostileImports(current: CurrentPlatform): void {
  suite('a module that does harm while it is loaded', () => {
    let platform: Platform;
    let bystander: Bystander;
    before(async () => {
      platform = current();
      const { images } = platform;
      const specs: Record<string, object> = {};
      for (const [name, { source, codes }] of Object.entries(modules)) {
        const image = await images.inlineFunction('python3.11', {
          file: 'mine.py',
          source: `${source}\n${handler}`,
        });
        // Who waits for an end that never comes waits briefly; the others end by themselves, on a busy machine later.
        const memory = '96Mi';
        specs[name] = codes.includes('timeout')
          ? { image, timeout: '2s', resources: { memory, cpu: slowly } }
          : { image, timeout: '30s', resources: { memory } };
      }
      specs['no-handler'] = {
        ...specs['no-handler'],
        image: await images.inlineFunction('python3.11', { file: 'mine.py', source: 'handler = 5\n' }),
      };
      const liar = await images.onRuntime('python3.11', 'import-liar.py');
      for (const lie of lies)
        specs[`liar-${lie}`] = { image: liar, timeout: '5s', env: [{ name: 'LIE', value: lie }] };
      specs['import-bystander'] = { image: await images.onRuntime('python3.11', 'calls.py') };
      await platform.deploy(specs);
      await eventually(
        'it answers',
        async () => (await call(platform.url('import-bystander'))).status === 200,
      );
      bystander = new Bystander(platform, 'import-bystander');
    });

    for (const [name, { codes, words = /./ }] of Object.entries(modules))
      test(`${name}: each of its callers is told why`, async () => {
        for (let round = 0; round < 2; round += 1) {
          const answer = await call(platform.url(name));
          assertRefused(answer, codes);
          assert.match(json(answer).reason, words);
        }
      });

    for (const lie of lies)
      test(`lies to the launcher (${lie}): only its own calls may suffer`, async () => {
        for (let round = 0; round < 2; round += 1) {
          const answer = await call(platform.url(`liar-${lie}`));
          if (answer.status === 200) assert.equal(answer.text, 'hello');
          else assertRefused(answer, ['start_failed', 'crashed', 'bad_response', 'timeout']);
        }
      });

    test('others did not notice any of it', async (context) => bystander.assertUndisturbed(context));

    test('a corrected version works at once', async () => {
      const image = await platform.images.inlineFunction('python3.11', { file: 'mine.py', source: handler });
      await platform.deploy({ raises: { image, timeout: '10s' } });
      await eventually(
        'the new version answers',
        async () => (await call(platform.url('raises'))).text === 'hello',
      );
    });

    test('nothing of it is left when the functions are deleted', async () => {
      await platform.kubectl.run('delete', 'images', '--all');
      await eventually('no process of a Kontainer', () => kontainerProcesses(platform).length === 0);
    });
  });
}
