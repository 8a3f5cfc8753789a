import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';

export interface AddOptions {
  /** Says which paths of this machine stay out. */
  skip?: (path: string) => boolean;
  /** Makes another file of one: its path in there, and what is in it. */
  change?: (path: string, content: Buffer) => [path: string, content: Buffer];
}

/**
 * A file system for the first moments of a Linux, as one file: the `newc` form of cpio (kernel documentation,
 * early-userspace/buffer-format).
 */
export class Initramfs {
  readonly #pieces: Buffer[] = [];
  readonly #names = new Set<string>();

  /** A file, link or folder of this machine with all below it. */
  add(source: string, target = source, options: AddOptions = {}): void {
    const { skip = () => false, change = (path, content) => [path, content] } = options;
    if (skip(source)) return;
    this.#parents(target);
    const info = lstatSync(source);
    if (info.isDirectory()) {
      this.#write(target, info, Buffer.alloc(0));
      for (const name of readdirSync(source)) this.add(join(source, name), join(target, name), options);
    } else if (info.isSymbolicLink()) {
      this.#write(target, info, Buffer.from(readlinkSync(source)));
    } else if (info.isFile()) {
      const [path, content] = change(target, readFileSync(source));
      this.#write(path, info, content);
    }
  }

  /** A program with the libraries that it is linked to. */
  addProgram(source: string, target = source): void {
    this.#addResolved(source, target);
    const list = execFileSync('ldd', [source], { encoding: 'utf8' });
    for (const [, path = ''] of list.matchAll(/(\/\S+) \(0x/g)) this.#addResolved(path, path);
  }

  folder(path: string): void {
    this.#parents(join(path, '.'));
  }

  bytes(): Buffer {
    const last = entry('TRAILER!!!', 1, {}, Buffer.alloc(0));
    return Buffer.concat([...this.#pieces, last]);
  }

  #addResolved(source: string, target: string): void {
    if (this.#names.has(target)) return;
    this.#parents(target);
    this.#write(target, { mode: 0o100755 }, readFileSync(source));
  }

  #parents(path: string): void {
    const parent = dirname(path);
    if (parent === '/' || this.#names.has(parent)) return;
    this.#parents(parent);
    this.#write(parent, { mode: 0o40755 }, Buffer.alloc(0));
  }

  #write(path: string, info: Partial<Stats>, content: Buffer): void {
    if (path === '/' || this.#names.has(path)) return;
    this.#names.add(path);
    this.#pieces.push(entry(path.slice(1), this.#names.size + 1, info, content));
  }
}

/** Header of 13 hexadecimal numbers, name, content; both padded to four bytes. */
function entry(
  name: string,
  inode: number,
  { mode = 0, uid = 0, gid = 0 }: Partial<Stats>,
  content: Buffer,
): Buffer {
  const numbers = [inode, mode, uid, gid, 1, 0, content.length, 0, 0, 0, 0, Buffer.byteLength(name) + 1, 0];
  const header = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}${name}\0`;
  return Buffer.concat([padded(Buffer.from(header)), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  const missing = (4 - (bytes.length % 4)) % 4;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}
