import { createHash } from 'node:crypto';
import { cryptBase64 } from './crypt-base64.ts';

interface Variant {
  hash: 'sha256' | 'sha512';
  bytes: number;
  order: readonly (readonly number[])[];
}

const variants: Readonly<Record<'5' | '6', Variant>> = {
  '5': { hash: 'sha256', bytes: 32, order: [...rotations(10, 30, [2, 0, 1]), [-1, 31, 30]] },
  '6': { hash: 'sha512', bytes: 64, order: [...rotations(21, 63, [1, 2, 0]), [-1, -1, 63]] },
};

const defaultRounds = 5000;
const fewestRounds = 1000;

/** crypt(3) with SHA-256 (`$5$`) or SHA-512 (`$6$`): https://www.akkadia.org/drepper/SHA-crypt.txt */
export function shaCrypt(password: Buffer, setting: string): string {
  const [, kind, , given, saltText = ''] = /^\$([56])\$(rounds=([0-9]+)\$)?([^$]*)/.exec(setting) ?? [];
  const { hash, bytes, order } = variants[kind === '6' ? '6' : '5'];
  const digestOf = (parts: readonly Buffer[]): Buffer =>
    createHash(hash).update(Buffer.concat(parts)).digest();
  const salt = Buffer.from(saltText, 'latin1').subarray(0, 16);
  const inner = digestOf([password, salt, password]);
  const parts = [password, salt, Buffer.alloc(password.length, inner)];
  for (let rest = password.length; rest > 0; rest >>= 1) parts.push(rest % 2 === 1 ? inner : password);
  let digest = digestOf(parts);
  const p = Buffer.alloc(password.length, digestOf([Buffer.alloc(password.length ** 2, password)]));
  const saltDigest = digestOf([Buffer.alloc(salt.length * (16 + (digest[0] ?? 0)), salt)]);
  const s = Buffer.alloc(salt.length, saltDigest.subarray(0, bytes));
  const rounds = given === undefined ? defaultRounds : Math.max(Number(given), fewestRounds);
  for (let round = 0; round < rounds; round += 1) digest = digestOf(roundParts(round, { digest, p, s }));
  const prefix = given === undefined ? '' : `rounds=${rounds}$`;
  return `$${kind}$${prefix}${salt.toString('latin1')}$${cryptBase64(digest, order)}`;
}

function roundParts(round: number, { digest, p, s }: Record<'digest' | 'p' | 's', Buffer>): Buffer[] {
  const isOdd = round % 2 === 1;
  return [
    isOdd ? p : digest,
    ...(round % 3 === 0 ? [] : [s]),
    ...(round % 7 === 0 ? [] : [p]),
    isOdd ? digest : p,
  ];
}

/** The specification's table: three columns of bytes, whose order turns from one group to the next. */
function rotations(column: number, end: number, turn: readonly number[]): number[][] {
  let columns = [0, column, 2 * column];
  const groups: number[][] = [];
  for (let index = 0; index < end / 3; index += 1) {
    groups.push(columns);
    columns = turn.map((from) => (columns[from] ?? 0) + 1);
  }
  return groups;
}
