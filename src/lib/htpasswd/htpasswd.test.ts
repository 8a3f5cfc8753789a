import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import fc from 'fast-check';
import { exec } from '../exec.ts';
import { parseHtpasswd } from './parse-htpasswd.ts';
import { verifyPassword } from './verify-password.ts';

const password = fc.string({ minLength: 1, maxLength: 60 }).filter((text) => /^[^\0\r\n]+$/.test(text));
const salt = fc.string({
  unit: fc.constantFrom('.', '/', 'a', 'Z', '0', '9'),
  minLength: 1,
  maxLength: 8,
});

async function openssl(flag: string, saltText: string, text: string): Promise<string> {
  const args = ['passwd', flag, '-salt', saltText, '-stdin'];
  const { stdout } = await exec('openssl', args, { input: `${text}\n`, timeoutMs: 10_000 });
  return stdout.toString().trim();
}

suite('passwords', () => {
  for (const flag of ['-apr1', '-1', '-5', '-6']) {
    test(`openssl passwd ${flag}: what it makes is verified, and nothing else`, async () => {
      await fc.assert(
        fc.asyncProperty(password, salt, async (text, saltText) => {
          const hash = await openssl(flag, saltText, text);
          assert.ok(verifyPassword(hash, text), hash);
          assert.ok(!verifyPassword(hash, `${text}x`));
          assert.deepEqual(parseHtpasswd(`me:${hash}`).problems, []);
        }),
        { numRuns: 15 },
      );
    });
  }

  test('crypt(3) with rounds: the examples of its specification', () => {
    const hashes = [
      '$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA',
      '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
    ];
    for (const hash of hashes) {
      assert.ok(verifyPassword(hash, 'Hello world!'), hash);
      assert.ok(!verifyPassword(hash, 'Hello world'));
    }
  });

  test('bcrypt and SHA-1, with and without salt', () => {
    const sha = (bytes: string, suffix = '') =>
      Buffer.concat([createHash('sha1').update(bytes).digest(), Buffer.from(suffix)]).toString('base64');
    for (const hash of [hashSync('bär', 4), `{SHA}${sha('bär')}`, `{SSHA}${sha('bärsalt', 'salt')}`]) {
      assert.ok(verifyPassword(hash, 'bär'), hash);
      assert.ok(!verifyPassword(hash, 'bar'), hash);
      assert.deepEqual({ ...parseHtpasswd(`me:${hash}`).users }, { me: hash });
    }
  });
});

suite('htpasswd files', () => {
  test('comments, empty lines, comments of a user; the first line of a name counts', () => {
    const one = `{SHA}${'a'.repeat(27)}=`;
    const two = `{SHA}${'b'.repeat(27)}=`;
    const { users, problems } = parseHtpasswd(`# users\r\n\nme:${one}:a note\nme:${two}\n__proto__:${two}\n`);
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.entries(users), [
      ['me', one],
      ['__proto__', two],
    ]);
  });

  test('what is not taken is said without the password', () => {
    const bad = [
      'plain',
      'rqXexS6ZhobKA',
      '{PLAIN}secret',
      '$2y$31$' + 'a'.repeat(53),
      '$6$rounds=9000000$s$' + 'a'.repeat(86),
      '',
    ];
    for (const hash of bad) {
      const { users, problems } = parseHtpasswd(`me:${hash}`);
      assert.deepEqual({ ...users }, {}, hash);
      assert.match(problems.join(), /the password of me has .*write it with/);
      assert.ok(hash === '' || !problems.join().includes(hash));
    }
    assert.match(parseHtpasswd('no colon').problems.join(), /line 1/);
  });

  test('any text gives users with passwords of known formats, or problems', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const hash of Object.values(parseHtpasswd(text).users)) assert.match(hash, /^[${]/);
      }),
    );
  });
});
