import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { call } from '../helpers/e2e-call.ts';
import { failed, startLoad } from '../helpers/e2e-load.ts';
import { Platform } from '../helpers/e2e-platform.ts';
import { kontainerProcesses, leftByCalls } from '../helpers/e2e-processes.ts';
import { eventually } from '../helpers/eventually.ts';

/** Promised, beside what the commands of the test themselves take. */
const newFunctionLimitMs = 1000;

function saying(word: string): { file: string; source: string } {
  return { file: 'says.py', source: `def handler(event, context):\n    return "${word}"\n` };
}

suite('images of functions', () => {
  let platform: Platform;
  before(async () => {
    platform = await Platform.start();
    await platform.deploy({ first: { image: await imageSaying('one') } });
  });
  after(() => platform[Symbol.asyncDispose]());

  const imageSaying = (word: string) => platform.images.inlineFunction('python3.11', saying(word));
  /** How busy the machine is: a deploy of a test is two runs of kubectl as well. */
  async function timeOfTwoCommands(): Promise<number> {
    const start = performance.now();
    for (const name of ['many-1', 'many-2']) await platform.kubectl.run('get', 'image', name);
    return Math.round(performance.now() - start);
  }
  const entries = (folder: string): string[] => {
    const path = join(platform.root, folder);
    return existsSync(path) ? readdirSync(path) : [];
  };

  test('a change of spec.image under load takes effect, and no call fails', async (context) => {
    const load = startLoad(platform.url('first'), 4);
    for (const word of ['two', 'three', 'four']) {
      await platform.deploy({ first: { image: await imageSaying(word) } });
      const from = performance.now();
      await eventually(`a call says ${word}`, () =>
        load.samples.findLast((sample) => sample.from > from && sample.text === word),
      );
    }
    const samples = await load.stop();
    context.diagnostic(`${samples.length} calls during three changes`);
    assert.deepEqual(failed(samples), []);
    const order = ['one', 'two', 'three', 'four'];
    const said = samples.toSorted((a, b) => a.from - b.from).map(({ text }) => order.indexOf(text));
    assert.deepEqual(new Set(said), new Set([0, 1, 2, 3]));
  });

  test('a call in flight finishes on the version that it began with', async () => {
    const image = await platform.images.onRuntime('python3.11', 'calls.py');
    await platform.deploy({ slow: { image } });
    await call(platform.url('slow'));
    const inFlight = call(platform.url('slow/sleep?s=2'));
    await platform.deploy({ slow: { image: await imageSaying('new') } });
    await eventually(
      'the new version answers',
      async () => (await call(platform.url('slow'))).text === 'new',
    );
    assert.equal((await inFlight).text, 'slept');
  });

  test('many functions on one base store it once, and a new one is ready at once', async (context) => {
    const names = Array.from({ length: 30 }, (_, index) => `many-${index}`);
    const layers = entries('oci-layers');
    const specs: Record<string, object> = {};
    for (const name of names) specs[name] = { image: await imageSaying(name) };
    await platform.deploy(specs);
    const added = entries('oci-layers').filter((name) => !layers.includes(name));
    assert.equal(added.length, names.length);
    for (const name of names) assert.equal((await call(platform.url(name))).text, name);

    const times: number[] = [];
    const commands: number[] = [];
    for (const name of ['late-1', 'late-2', 'late-3']) {
      const image = await imageSaying(name);
      const start = performance.now();
      await platform.deploy({ [name]: { image } });
      assert.equal((await call(platform.url(name))).text, name);
      times.push(Math.round(performance.now() - start));
      commands.push(await timeOfTwoCommands());
    }
    context.diagnostic(
      `new functions on a base that is there answered ${times.join(', ')} ms after kubectl apply began`,
    );
    const within = times.some((ms, index) => ms < newFunctionLimitMs + 4 * (commands[index] ?? 0));
    assert.ok(within, `${times.join(', ')} ms, while two commands took ${commands.join(', ')} ms`);
  });

  test('a template of a function that nobody calls any more ends', async () => {
    await platform.deploy({ idle: { image: await imageSaying('idle'), idleTimeout: '1s' } });
    const processes = kontainerProcesses(platform).length;
    assert.equal((await call(platform.url('idle'))).text, 'idle');
    await eventually('as many processes as before', () => kontainerProcesses(platform).length <= processes);
    assert.equal((await call(platform.url('idle'))).text, 'idle');
  });

  test('deleted functions are gone: routes, processes, bundles, layers, blobs, logs', async () => {
    await platform.kubectl.run('delete', 'images', '--all');
    await eventually('the route is gone', async () => (await call(platform.url('many-3'))).status === 404);
    const folders = ['oci-layers', 'oci-images/blobs/sha256', 'oci-images/refs', 'oci-bundles/default'];
    const left = () => [
      ...leftByCalls(platform),
      ...folders.filter((folder) => entries(folder).length > 0),
      ...(entries('logs/default').length > 0 ? ['logs'] : []),
    ];
    await eventually('all is freed', () => left().length === 0).catch(() => assert.deepEqual(left(), []));
  });

  test('and may come again', async () => {
    await platform.deploy({ first: { image: await imageSaying('again') } });
    assert.equal((await call(platform.url('first'))).text, 'again');
  });
});
