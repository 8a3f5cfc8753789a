import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseChallenge, tokenUrl } from './challenge.ts';

test('what registries ask for', () => {
  assert.deepEqual(parseChallenge('Basic realm="a"'), { scheme: 'basic' });
  const header =
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"';
  const challenge = parseChallenge(header);
  assert.ok(challenge?.scheme === 'bearer');
  assert.deepEqual(challenge.parameters, {
    service: 'registry.docker.io',
    scope: 'repository:a/b:pull,push',
  });
  assert.equal(
    tokenUrl(challenge).href,
    'https://auth.docker.io/token?service=registry.docker.io&scope=repository%3Aa%2Fb%3Apull%2Cpush',
  );
});

test('any header is read or ignored', () => {
  for (const text of ['', 'Negotiate', 'Bearer', 'Bearer realm="file:///etc/passwd"'])
    assert.equal(parseChallenge(text), undefined);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const challenge = parseChallenge(`Bearer realm="https://a/b${text}`);
      if (challenge?.scheme === 'bearer') tokenUrl(challenge);
    }),
  );
});
