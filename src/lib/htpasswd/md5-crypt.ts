import { createHash } from 'node:crypto';
import { cryptBase64 } from './crypt-base64.ts';

const rounds = 1000;
const order = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
  [-1, -1, 11],
];

/** crypt(3) with MD5, as Apache (`$apr1$`) and FreeBSD (`$1$`) have it: httpd's apr_md5.c. */
export function md5Crypt(password: Buffer, salt: Buffer, magic: '$apr1$' | '$1$'): string {
  const inner = md5([password, salt, password]);
  const parts = [password, Buffer.from(magic), salt, repeated(inner, password.length)];
  for (let rest = password.length; rest > 0; rest >>= 1)
    parts.push(rest % 2 === 1 ? Buffer.alloc(1) : password.subarray(0, 1));
  let digest = md5(parts);
  for (let round = 0; round < rounds; round += 1) digest = md5(roundParts(round, { digest, password, salt }));
  return `${magic}${salt.toString('latin1')}$${cryptBase64(digest, order)}`;
}

function roundParts(
  round: number,
  { digest, password, salt }: Record<'digest' | 'password' | 'salt', Buffer>,
): Buffer[] {
  const isOdd = round % 2 === 1;
  return [
    isOdd ? password : digest,
    ...(round % 3 === 0 ? [] : [salt]),
    ...(round % 7 === 0 ? [] : [password]),
    isOdd ? digest : password,
  ];
}

function repeated(bytes: Buffer, length: number): Buffer {
  return Buffer.alloc(length, bytes);
}

function md5(parts: readonly Buffer[]): Buffer {
  return createHash('md5').update(Buffer.concat(parts)).digest();
}
