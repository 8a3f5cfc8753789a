import { tarError } from './tar-error.ts';

/** Keyword → value as bytes. A later record of a keyword wins (POSIX.1-2001 pax interchange format). */
export type PaxRecords = Map<string, Buffer>;

const bad = (): Error => tarError('The archive is damaged: an extended header cannot be read.');

/** Parses `<length> <keyword>=<value>\n` records. The length counts the whole record; values are bytes of any kind. */
export function parsePax(data: Buffer): PaxRecords {
  const records: PaxRecords = new Map();
  let start = 0;
  while (start < data.length && data[start] !== 0) {
    const end = start + recordLength(data, start);
    const blank = data.indexOf(0x20, start);
    const equals = data.indexOf(0x3d, blank);
    if (end > data.length || equals < 0 || equals >= end || data[end - 1] !== 0x0a) throw bad();
    records.set(data.toString('latin1', blank + 1, equals), data.subarray(equals + 1, end - 1));
    start = end;
  }
  return records;
}

function recordLength(data: Buffer, start: number): number {
  const digits = /^([1-9][0-9]{0,9}) /.exec(data.toString('latin1', start, start + 11))?.[1];
  if (digits === undefined) throw bad();
  const length = Number(digits);
  if (length < digits.length + 4) throw bad(); // blank, a keyword of one byte, "=", newline
  return length;
}

const decimal = /^-?[0-9]{1,19}(\.[0-9]*)?$/;

export function paxNumber(value: Buffer, keyword: string): number {
  const text = value.toString('latin1');
  const number = decimal.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number;
  throw tarError(`The archive is damaged: an extended header has an impossible ${keyword}.`);
}

export function paxInteger(value: Buffer, keyword: string): number {
  const number = paxNumber(value, keyword);
  if (Number.isInteger(number) && number >= 0) return number;
  throw tarError(`The archive is damaged: an extended header has an impossible ${keyword}.`);
}
