import {
  chmodSync,
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { posix } from 'node:path';
import { hasErrno } from '../../lib/errors.ts';
import { printable } from '../../oci/tar/tar-error.ts';
import type { SourceBudget } from './source-budget.ts';
import { sourceError } from './source-error.ts';

const createNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * A folder that an archive of a function is unpacked into, and that nothing of it can leave: names go downwards only, and
 * nothing is written through a symbolic link, whoever made it. Names are byte strings (latin1), as in tar.
 */
export class ArchiveFolder {
  readonly #root: string;
  readonly #budget: SourceBudget;
  #file: number | null = null;

  constructor(root: string, budget: SourceBudget) {
    this.#root = root;
    this.#budget = budget;
  }

  directory(name: string): void {
    const parts = this.#parts(name);
    this.#budget.addEntry(parts.length);
    this.#makeFolders(parts, name);
  }

  /** Begins a file; `write` and `closeFile` follow. */
  startFile(name: string, mode: number): void {
    const path = this.#place(name);
    this.#file = openSync(path, createNew, 0o600);
    // Only whether it can be run matters: the layer makes everything readable.
    chmodSync(path, (mode & 0o111) === 0 ? 0o644 : 0o755);
  }

  write(chunk: Buffer): void {
    for (let offset = 0; this.#file !== null && offset < chunk.length;)
      offset += writeSync(this.#file, chunk, offset);
  }

  closeFile(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  /** A link that stays within the folder, wherever the folder comes to lie. */
  symlink(name: string, target: string): void {
    const parts = this.#parts(name);
    const leads = posix.normalize(posix.join(...parts.slice(0, -1), target));
    if (target === '' || target.startsWith('/') || leads === '..' || leads.startsWith('../'))
      throw leaves(name, `is a link to ${printable(target)}, outside of the archive`);
    symlinkSync(Buffer.from(target, 'latin1'), this.#place(name));
  }

  hardLink(name: string, target: string): void {
    const from = this.#path(this.#parts(target));
    const found = lstatSync(from, { throwIfNoEntry: false });
    if (found?.isFile() !== true || !this.#isReal(this.#parts(target).slice(0, -1)))
      throw leaves(name, `is a hard link to ${printable(target)}, which is no file of the archive`);
    linkSync(from, this.#place(name));
  }

  /** Where an entry goes, with its folders made and nothing there. */
  #place(name: string): Buffer {
    const parts = this.#parts(name);
    if (parts.length === 0) throw leaves(name, 'is no name for a file');
    this.#budget.addEntry(parts.length);
    this.#makeFolders(parts.slice(0, -1), name);
    const path = this.#path(parts);
    // The last of several entries of a name counts, as in every unpacker; a folder is not replaced by a file.
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      throw leaves(name, 'is a file and a folder at once');
    rmSync(path, { force: true });
    return path;
  }

  #makeFolders(parts: readonly string[], name: string): void {
    for (let length = 1; length <= parts.length; length += 1) {
      const some = parts.slice(0, length);
      try {
        mkdirSync(this.#path(some), 0o755);
        this.#budget.addEntry(length);
      } catch (error) {
        if (!hasErrno(error, 'EEXIST')) throw error;
        if (!this.#isReal(some)) throw leaves(name, 'goes through a link or a file of the archive');
      }
    }
  }

  /** Whether each of these is a folder itself and no link to one. */
  #isReal(parts: readonly string[]): boolean {
    return parts.every(
      (_, index) =>
        lstatSync(this.#path(parts.slice(0, index + 1)), { throwIfNoEntry: false })?.isDirectory() === true,
    );
  }

  #parts(name: string): string[] {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (name.startsWith('/')) throw leaves(name, 'has an absolute path');
    if (parts.includes('..')) throw leaves(name, 'leads out of the archive');
    if (/\0/.test(name) || parts.some((part) => part.length > 255))
      throw leaves(name, 'is no name for a file');
    return parts;
  }

  #path(parts: readonly string[]): Buffer {
    return Buffer.concat([
      Buffer.from(this.#root),
      Buffer.from(parts.map((part) => `/${part}`).join(''), 'latin1'),
    ]);
  }
}

function leaves(name: string, how: string): Error {
  return sourceError(
    `The archive cannot be unpacked safely: ${printable(name)} ${how}.`,
    'Pack the folder of the function again, with relative names and without links that lead out of it.',
  );
}
