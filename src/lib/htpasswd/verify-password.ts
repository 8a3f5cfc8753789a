import { createHash, timingSafeEqual } from 'node:crypto';
import { compareSync } from 'bcryptjs';
import { md5Crypt } from './md5-crypt.ts';
import { shaCrypt } from './sha-crypt.ts';

/** No password is longer; the time that some formats take grows with the square of the length. */
export const maxPasswordBytes = 256;

/** Whether the password is the one of a hash that parseHtpasswd took. Takes up to a second. */
export function verifyPassword(hash: string, text: string): boolean {
  const password = Buffer.from(text, 'utf8');
  if (password.length > maxPasswordBytes) return false;
  if (hash.startsWith('$2')) return compareSync(text, hash);
  if (hash.startsWith('{')) return verifySha(hash, password);
  const [, kind, salt = ''] = hash.split('$');
  const made =
    kind === '5' || kind === '6'
      ? shaCrypt(password, hash)
      : md5Crypt(password, Buffer.from(salt, 'latin1'), kind === '1' ? '$1$' : '$apr1$');
  return isEqual(Buffer.from(made), Buffer.from(hash));
}

/** `{SHA}`, or `{SSHA}` with a salt behind the digest. */
function verifySha(hash: string, password: Buffer): boolean {
  const stored = Buffer.from(hash.slice(hash.indexOf('}') + 1), 'base64');
  const [digest, salt] = [stored.subarray(0, 20), stored.subarray(20)];
  return isEqual(createHash('sha1').update(password).update(salt).digest(), digest);
}

function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
