import { sourceError } from './source-error.ts';

/** One entry of a zip archive's central directory (APPNOTE.TXT 4.3.12). Names are byte strings (latin1). */
export interface ZipEntry {
  name: string;
  isFolder: boolean;
  /** POSIX mode with its type bits; 0 where the archive has none. */
  mode: number;
  /** 0 stored, 8 deflated. */
  method: number;
  crc32: number;
  compressedSize: number;
  size: number;
  /** Of its local header, from the start of the file. */
  offset: number;
}

export interface ZipDirectory {
  count: number;
  offset: number;
  size: number;
}

/** The longest end record: 22 bytes and a comment. */
export const maxEndBytes = 22 + 65_535;

/** The end record in the last bytes of a file. Throws `invalid` for what is no zip archive. */
export function parseEnd(tail: Buffer): ZipDirectory {
  for (let start = tail.length - 22; start >= 0; start -= 1) {
    if (tail.readUInt32LE(start) !== 0x06054b50) continue;
    if (start + 22 + tail.readUInt16LE(start + 20) !== tail.length) continue;
    const [disk, count] = [tail.readUInt16LE(start + 4), tail.readUInt16LE(start + 10)];
    const [size, offset] = [tail.readUInt32LE(start + 12), tail.readUInt32LE(start + 16)];
    if (disk !== 0 || count === 0xffff || offset === 0xffffffff)
      throw damaged('it has several parts, or is larger than a source may be');
    return { count, size, offset };
  }
  throw damaged('it has no directory at its end');
}

export function parseDirectory(bytes: Buffer, { count }: ZipDirectory): ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50)
      throw damaged('its directory is cut');
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    const end = at + 46 + name + extra + comment;
    if (end > bytes.length) throw damaged('its directory is cut');
    entries.push(parseEntry(bytes.subarray(at, end), name, extra));
    at = end;
  }
  return entries;
}

function parseEntry(record: Buffer, nameLength: number, extraLength: number): ZipEntry {
  const madeBy = record.readUInt8(5);
  const raw = record.toString('latin1', 46, 46 + nameLength);
  // Old programs of Windows write its separators.
  const name = madeBy === 0 ? raw.replaceAll('\\', '/') : raw;
  if ((record.readUInt16LE(8) & 0x1) !== 0)
    throw sourceError('The zip archive is encrypted.', 'Pack it without a password.');
  const extra = record.subarray(46 + nameLength, 46 + nameLength + extraLength);
  const [size, compressedSize, offset] = widen(
    extra,
    [24, 20, 42].map((at) => record.readUInt32LE(at)),
  );
  return {
    name,
    isFolder: name.endsWith('/'),
    // Unix and macOS keep the mode in the upper half of the external attributes.
    mode: madeBy === 3 || madeBy === 19 ? record.readUInt32LE(38) >>> 16 : 0,
    method: record.readUInt16LE(10),
    crc32: record.readUInt32LE(16),
    size,
    compressedSize,
    offset,
  };
}

type Numbers = [size: number, compressedSize: number, offset: number];

/** Values of all ones are in the zip64 extra field, in this order (4.5.3). */
function widen(extra: Buffer, values: number[]): Numbers {
  let field = zip64Field(extra);
  return values.map((value) => {
    if (value !== 0xffffffff) return value;
    if (field.length < 8) throw damaged('a size is missing');
    const wide = Number(field.readBigUInt64LE());
    field = field.subarray(8);
    if (!Number.isSafeInteger(wide)) throw damaged('a size is impossible');
    return wide;
  }) as Numbers;
}

function zip64Field(extra: Buffer): Buffer {
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (id === 1) return extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return Buffer.alloc(0);
}

export function damaged(how: string): Error {
  return sourceError(`The zip archive is damaged: ${how}.`, 'Pack it again, for example with zip -r.');
}
