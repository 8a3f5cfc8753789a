import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from './config.ts';

test('arguments win over the environment, which wins over the defaults', () => {
  const env = { KONTAIN_ROOT: '/env', NODE_NAME: 'env', KONTAIN_PULLS: '4', OTHER: 'x' };
  const config = parseConfig(['--root', '/arg', '--port', '0'], env);
  assert.equal(config.KONTAIN_ROOT, '/arg');
  assert.equal(config.NODE_NAME, 'env');
  assert.equal(config.KONTAIN_PULLS, 4);
  assert.equal(config.KONTAIN_DOWNLOADER_PORT, 0);
  assert.equal(config.KONTAIN_GRACE_SECONDS, 60);
});

test('lists are split, and may be empty', () => {
  const config = parseConfig([], { KONTAIN_INSECURE_REGISTRIES: 'a:1,b', KONTAIN_LOCAL_IMAGES: '' });
  assert.deepEqual(config.KONTAIN_INSECURE_REGISTRIES, ['a:1', 'b']);
  assert.deepEqual(config.KONTAIN_LOCAL_IMAGES, []);
});

for (const [args, env] of [
  [['--unknown'], {}],
  [['extra'], {}],
  [['--root', 'relative'], {}],
  [[], { KONTAIN_PULLS: '0' }],
  [[], { KONTAIN_DOWNLOADER_PORT: '70000' }],
  [[], { KONTAIN_FUNCTION_REGISTRY: 'http://registry/functions' }],
] as const) {
  test(`${JSON.stringify([args, env])} is refused with the usage`, () => {
    assert.throws(() => parseConfig(args, env), { code: 'bad_request', hint: /usage/ });
  });
}
