import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** One time stamp for everything, 2025-01-01: the same files give the same layer whenever they are packed. */
export const epochSeconds = 1_735_689_600;

const maxBytes = 1024 * 1024;
const maxEntries = 200;
const blockBytes = 512;
/** GNU tar fills the last record. */
const recordBytes = 20 * blockBytes;
const nameBytes = 100;

interface Entry {
  name: string;
  mode: number;
  type: '0' | '2' | '5';
  target: string;
  content: Buffer;
}

const nothing = Buffer.alloc(0);

/**
 * The archive of a small folder of files, folders and links, byte for byte that of GNU tar as large-layer.ts calls it: starting
 * that costs more than all else that is done for a function of one file. Undefined for what tar has to pack, or to say what is wrong.
 */
export function smallArchive(folder: string, path: string): Buffer | undefined {
  const entries: Entry[] = [];
  try {
    if (!collect(folder, path.slice(1), entries)) return undefined;
  } catch {
    return undefined;
  }
  const blocks = entries.flatMap((entry) => [
    header(entry),
    entry.content,
    padding(entry.content.length, blockBytes),
  ]);
  const length = blocks.reduce((sum, { length: bytes }) => sum + bytes, 0) + 2 * blockBytes;
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes), padding(length, recordBytes)]);
}

/** What is below `source` as entries below `name`, sorted by the bytes of names. False where it is not small or simple. */
function collect(source: string, name: string, entries: Entry[]): boolean {
  const status = lstatSync(source);
  if (!status.isDirectory()) return addLeaf(source, name, status, entries);
  if (!add({ name: `${name}/`, mode: modeOf(status), type: '5', target: '', content: nothing }, entries))
    return false;
  const names = readdirSync(source, { encoding: 'buffer' }).toSorted((a, b) => a.compare(b));
  return names.every((bytes) => {
    const text = bytes.toString('utf8');
    // Another name than that on disk would be packed otherwise.
    return Buffer.from(text).equals(bytes) && collect(join(source, text), `${name}/${text}`, entries);
  });
}

function addLeaf(source: string, name: string, status: Stats, entries: Entry[]): boolean {
  const mode = modeOf(status);
  if (status.isSymbolicLink())
    return add({ name, mode, type: '2', target: readlinkSync(source), content: nothing }, entries);
  if (!status.isFile() || status.size > maxBytes) return false;
  return add({ name, mode, type: '0', target: '', content: readFileSync(source) }, entries);
}

function add(entry: Entry, entries: Entry[]): boolean {
  entries.push(entry);
  const bytes = entries.reduce((sum, { content }) => sum + content.length, 0);
  const isShort = [entry.name, entry.target].every((text) => Buffer.byteLength(text) < nameBytes);
  return isShort && entries.length <= maxEntries && bytes <= maxBytes;
}

/** chmod(1): u+rwX,go+rX,go-w,a-s. */
function modeOf(status: Stats): number {
  const mode = status.mode & 0o7777;
  const run = status.isDirectory() || (mode & 0o111) !== 0 ? 0o111 : 0;
  return (mode | 0o644 | run) & ~0o6022;
}

/** Of the GNU format (tar manual, "Basic Tar Format"); owner and group are 0, without names. */
function header({ name, mode, type, target, content }: Entry): Buffer {
  const block = Buffer.alloc(blockBytes);
  const put = (text: string, offset: number): void => void block.write(text, offset, 'utf8');
  put(name, 0);
  put(octal(mode, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(content.length, 11), 124);
  put(octal(epochSeconds, 11), 136);
  put(' '.repeat(8), 148);
  put(type, 156);
  put(target, 157);
  put('ustar  ', 257);
  put(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    148,
  );
  return block;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

const padding = (length: number, unit: number): Buffer => Buffer.alloc((unit - (length % unit)) % unit);
