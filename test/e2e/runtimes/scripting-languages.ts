import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { call, json } from '../../helpers/e2e-call.ts';
import { assertRefused, Bystander, slowly } from '../../helpers/e2e-hostile.ts';
import type { RuntimeName } from '../../helpers/e2e-images.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import { eventually } from '../../helpers/eventually.ts';
import { repository } from '../../helpers/program.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';

const languages: readonly { name: string; runtime: RuntimeName; suffix: string }[] = [
  { name: 'ruby', runtime: 'ruby3.1', suffix: 'rb' },
  { name: 'perl', runtime: 'perl5.36', suffix: 'pl' },
  { name: 'php', runtime: 'php8.2', suffix: 'php' },
];

/** What hostile.<suffix> does, and the codes that its own call may get. */
const endings: readonly [path: string, ...codes: string[]][] = [
  ['spin', 'timeout'],
  ['memory', 'out_of_memory'],
  ['shout', 'timeout'],
  ['leave', 'crashed'],
  ['fault', 'crashed'],
];

interface Sandbox {
  pid: number;
  processes: number[];
  interfaces: string[];
  capabilities: string;
  tmp: string[];
  uid: number;
}

/** The images of the scripting languages, in real sandboxes and in each way to be started. */
export function scriptingLanguages(current: CurrentPlatform): void {
  suite('scripting languages', () => {
    let platform: Platform;
    before(async () => {
      platform = current();
      const specs: Record<string, object> = {};
      for (const { name, runtime, suffix } of languages) {
        const image = await platform.images.onRuntime(runtime, `hostile.${suffix}`);
        const resources = { memory: '96Mi' };
        specs[`hostile-${name}`] = { image, timeout: '3s', resources: { ...resources, cpu: slowly } };
        specs[`cold-${name}`] = { image, timeout: '20s', resources, start: 'cold' };
        specs[`prewarmed-${name}`] = { image, timeout: '20s', resources, start: 'prewarmed' };
        specs[`hello-${name}`] = { image: `oci:${join(repository, 'build/images')}/hello-${name}` };
      }
      await platform.deploy(specs);
    });

    for (const { name } of languages) {
      suite(name, { concurrency: false }, () => {
        test('the sample says hello', async () => {
          await eventually(
            'it answers',
            async () => (await call(platform.url(`hello-${name}`))).status === 200,
          );
          assert.equal((await call(platform.url(`hello-${name}`))).text, 'hello world\n');
        });

        for (const start of ['hostile', 'cold', 'prewarmed']) {
          test(`${start}: each call has namespaces of its own, and no privileges`, async () => {
            for (let round = 0; round < 3; round += 1) {
              const seen = json(await call(platform.url(`${start}-${name}/where`))) as unknown as Sandbox;
              assert.deepEqual([seen.pid, seen.processes, seen.interfaces], [1, [1], ['lo']]);
              assert.match(seen.capabilities, /^0+$/);
              assert.deepEqual([seen.tmp, seen.uid], [[], 1000]);
            }
          });

          test(`${start}: each call has a process of its own`, async () => {
            for (let round = 0; round < 3; round += 1)
              assert.equal((await call(platform.url(`${start}-${name}`))).text, 'hello 1');
          });
        }

        test('it does harm: it is told why, the next call is clean, others do not notice', async (context) => {
          const bystander = new Bystander(platform, `hello-${name}`);
          for (const [path, ...codes] of endings) {
            assertRefused(await call(platform.url(`hostile-${name}/${path}`)), codes);
            assert.equal((await call(platform.url(`hostile-${name}`))).text, 'hello 1', path);
          }
          await bystander.assertUndisturbed(context);
        });

        // A base that has these layers already: an image may have one twice.
        test('its runtime can be put on another image that has the interpreter', async () => {
          const other = `oci:${join(platform.images.folder, `other-${name}`)}`;
          const base = `BASE=oci:${join(repository, 'build/images')}/hello-${name}`;
          const args = [
            '--silent',
            '-C',
            join(repository, 'runtimes', name),
            'build9.9',
            base,
            `IMAGE=${other}`,
          ];
          await promisify(execFile)('make', args);
          await platform.deploy({ [`other-${name}`]: { image: other } });
          assert.equal((await call(platform.url(`other-${name}`))).text, 'hello world\n');
        });

        test('endless recursion is a failed call', async () => {
          assert.ok((await call(platform.url(`hostile-${name}/recurse`))).status >= 400);
          assert.equal((await call(platform.url(`hostile-${name}`))).text, 'hello 1');
        });

        for (const path of ['endless', 'halfway'])
          test(`${path}: the answer is cut, so that nobody takes it for whole`, async () => {
            await assert.rejects(call(platform.url(`hostile-${name}/${path}`)));
          });
      });
    }
  });
}
