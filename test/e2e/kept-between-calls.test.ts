import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { call } from '../helpers/e2e-call.ts';
import { Platform } from '../helpers/e2e-platform.ts';

/** What a module opens when it is loaded: see keeps.py. */
const kept = [
  'pipe',
  'eventfd',
  'epoll',
  'timer',
  'socket',
  'memfd',
  'file',
  'folder',
  'memory',
  'helper',
  'cwd',
];

suite('what a function opens while it is loaded', () => {
  let platform: Platform;
  before(async () => {
    platform = await Platform.start();
    const { images } = platform;
    const image = await images.onRuntime('python3.11', 'keeps.py');
    const specs: Record<string, object> = {};
    for (const what of kept)
      specs[`keeps-${what}`] = { image, timeout: '20s', env: [{ name: 'KEEPS', value: what }] };
    specs['keeps-node'] = { image: await images.onRuntime('nodejs24', 'keeps.js'), timeout: '20s' };
    await platform.deploy(specs);
  });
  after(() => platform[Symbol.asyncDispose]());

  for (const what of [...kept, 'node'])
    test(`${what}: no call finds in it what one before has left there`, async () => {
      for (let round = 0; round < 4; round += 1) {
        const { status, text } = await call(platform.url(`keeps-${what}`));
        assert.equal(status, 200, text);
        assert.match(text, /^\[\]/);
      }
    });
});
