import { blockSize, type TarEntryType } from './entry.ts';
import { printable, tarError } from './tar-error.ts';

/** The fields of one 512-byte header block (POSIX.1-1988 ustar, GNU and v7), before extended headers are applied. */
export interface TarHeader {
  path: string;
  linkPath: string;
  typeFlag: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
}

/** Null for a block of zeroes, which ends an archive. Throws `invalid` for anything that is no header. */
export function parseHeader(block: Buffer): TarHeader | null {
  const sum = parseNumber(block, 148, 8, 'checksum');
  const actual = checksums(block);
  if (actual.unsigned === 8 * 32) return null; // only the blanks that stand for the checksum field
  if (sum !== actual.unsigned && sum !== actual.signed) {
    throw tarError(
      'The archive is damaged: a header has a wrong checksum.',
      'Build and push the image again.',
    );
  }
  return {
    path: parsePath(block),
    linkPath: text(block, 157, 100),
    typeFlag: String.fromCharCode(block[156] ?? 0),
    mode: parseNumber(block, 100, 8, 'mode') % 0o10000,
    uid: parseNumber(block, 108, 8, 'uid'),
    gid: parseNumber(block, 116, 8, 'gid'),
    size: notNegative(parseNumber(block, 124, 12, 'size'), 'size'),
    mtime: parseNumber(block, 136, 12, 'mtime'),
  };
}

export function notNegative(value: number, field: string): number {
  if (value >= 0) return value;
  throw tarError(`The archive is damaged: a header has a negative ${field}.`);
}

/** Some old programs sum signed bytes, and all readers accept both. The checksum field itself counts as blanks. */
function checksums(block: Buffer): { unsigned: number; signed: number } {
  let unsigned = 8 * 32;
  let high = 0;
  for (let i = 0; i < blockSize; i += 1) {
    if (i >= 148 && i < 156) continue;
    const byte = block[i] ?? 0;
    unsigned += byte;
    high += byte >> 7;
  }
  return { unsigned, signed: unsigned - 256 * high };
}

function text(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end < 0 ? length : end);
}

/** Only POSIX ustar ("ustar\0") has a prefix; GNU ("ustar  ") keeps times in that place. */
function parsePath(block: Buffer): string {
  const name = text(block, 0, 100);
  if (block.toString('latin1', 257, 263) !== 'ustar\0') return name;
  const prefix = text(block, 345, 155);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Octal digits between blanks or zero bytes, or base 256 when the first bit is set (GNU, star). */
function parseNumber(block: Buffer, start: number, length: number, field: string): number {
  if ((block[start] ?? 0) >= 0x80) return parseBase256(block.subarray(start, start + length), field);
  const digits = block.toString('latin1', start, start + length).replaceAll(/^[ \0]+|[ \0]+$/g, '');
  if (digits === '') return 0;
  if (!/^[0-7]+$/.test(digits))
    throw tarError(`The archive is damaged: ${printable(digits)} is no ${field}.`);
  return safeInteger(Number.parseInt(digits, 8), field);
}

function parseBase256(bytes: Buffer, field: string): number {
  const negative = ((bytes[0] ?? 0) & 0x40) !== 0;
  let value = BigInt((bytes[0] ?? 0) & 0x7f);
  for (const byte of bytes.subarray(1)) value = value * 256n + BigInt(byte);
  const bits = BigInt(bytes.length * 8 - 1);
  return safeInteger(Number(negative ? value - (1n << bits) : value), field);
}

function safeInteger(value: number, field: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw tarError(`The archive is damaged: a header has an impossible ${field}.`);
}

const types: Record<string, TarEntryType> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
};

export function entryType({ typeFlag, path }: Pick<TarHeader, 'typeFlag' | 'path'>): TarEntryType {
  const type = types[typeFlag];
  if (type === 'file' && path.endsWith('/')) return 'directory'; // v7 archives have no directory type
  if (type !== undefined) return type;
  const kind = typeFlag === 'S' ? 'a sparse file' : `of the unknown type ${printable(typeFlag)}`;
  throw tarError(`${printable(path)} is ${kind}.`, 'Build the layer with plain files, without tar --sparse.');
}
