import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAuthFile, parseDockerConfig } from './registry-auth.ts';

const auth = Buffer.from('me:secret').toString('base64');

test('credentials are found in each form, by host', () => {
  const text = JSON.stringify({
    auths: {
      'https://index.docker.io/v1/': { auth },
      'quay.io': { username: 'me', password: 'secret', email: 'x' },
      'http://host:5000/v2/': { auth },
      empty: {},
    },
    credsStore: 'desktop',
  });
  const found = parseDockerConfig(text, 'pull');
  assert.deepEqual([...found.keys()], ['docker.io', 'quay.io', 'host:5000']);
  assert.ok([...found.values()].every((value) => value === auth));
});

test('later credentials for a registry win', () => {
  const file = formatAuthFile([new Map([['a', '1']]), new Map([['a', '2']]), new Map([['b', '3']])]);
  assert.deepEqual(JSON.parse(file), { auths: { a: { auth: '2' }, b: { auth: '3' } } });
});

for (const text of [
  '',
  'secret-text',
  '{"secret":1}',
  '[]',
  '{"auths":{"a":"secret"}}',
  '{"auths": secret}',
]) {
  test(`${JSON.stringify(text)} is refused without being quoted`, () => {
    assert.throws(
      () => parseDockerConfig(text, 'pull'),
      (error: Error) =>
        error.message.includes('pull') &&
        !error.message.includes('secret-') &&
        !/"?secret"/.test(error.message),
    );
  });
}
