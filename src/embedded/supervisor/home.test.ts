import assert from 'node:assert/strict';
import { test } from 'node:test';
import { homeFrom } from './home.ts';

test('an empty KONTAIN_HOME is none, and never the current folder', () => {
  for (const env of [{}, { KONTAIN_HOME: '' }]) assert.equal(homeFrom(env).root, '/var/lib/kontain-faas');
  assert.equal(homeFrom({ KONTAIN_HOME: '/srv/a home/' }).root, '/srv/a home');
});
