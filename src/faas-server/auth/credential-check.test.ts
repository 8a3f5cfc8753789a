import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { CredentialCheck } from './credential-check.ts';
import { PasswordThread } from './password-thread.ts';

const header = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

/** Passwords are right that equal their hash; counts what is verified. */
function counting(options: { maxRemembered?: number; maxWaiting?: number } = {}) {
  const verified: string[] = [];
  const verify = (hash: string, password: string): Promise<boolean> => {
    verified.push(password);
    return Promise.resolve(hash === password);
  };
  return { verified, check: new CredentialCheck({ verify, secret: 'key', ...options }) };
}

suite('credentials', () => {
  test('right ones are verified once, until the hash is another', async () => {
    const { check, verified } = counting();
    assert.equal(await check.isAllowed({ me: 'a' }, header('me:a')), true);
    assert.equal(check.isAllowed({ me: 'a' }, header('me:a')), true);
    assert.equal(await check.isAllowed({ me: 'b' }, header('me:a')), false);
    assert.equal(await check.isAllowed({ other: 'a' }, header('me:a')), false);
    assert.deepEqual(verified, ['a', 'a', 'a']);
  });

  test('wrong ones are never remembered, and a name that is not there costs as much', async () => {
    const { check, verified } = counting();
    for (const given of ['me:b', 'me:b', 'you:b', 'you:a'])
      assert.equal(await check.isAllowed({ me: 'a' }, header(given)), false);
    assert.equal(verified.length, 4);
  });

  test('what is remembered is bounded: the oldest goes', async () => {
    const { check } = counting({ maxRemembered: 2 });
    const users = { a: 'a', b: 'b', c: 'c' };
    for (const name of ['a', 'b', 'c']) await check.isAllowed(users, header(`${name}:${name}`));
    assert.equal(check.isAllowed(users, header('c:c')), true);
    assert.ok(check.isAllowed(users, header('a:a')) instanceof Promise);
  });

  test('the same credentials at once are one verification; too many others are refused', async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const check = new CredentialCheck({ verify: () => promise, secret: 'key', maxWaiting: 1 });
    const same = [1, 2, 3].map(async () => check.isAllowed({ me: 'a' }, header('me:a')));
    await assert.rejects(async () => check.isAllowed({ me: 'a' }, header('me:b')), {
      code: 'too_many_requests',
    });
    resolve(true);
    assert.deepEqual(await Promise.all(same), [true, true, true]);
  });

  test('nobody is allowed where there are no users', () => {
    assert.equal(counting().check.isAllowed({}, header('me:a')), false);
  });
});

test('the thread verifies, ends, and comes back', async () => {
  await using thread = new PasswordThread();
  const hash = hashSync('secret', 4);
  assert.deepEqual(await Promise.all([thread.verify(hash, 'secret'), thread.verify(hash, 'other')]), [
    true,
    false,
  ]);
  await thread[Symbol.asyncDispose]();
  assert.equal(await thread.verify(hash, 'secret'), true);
});
