import { linkSync, lstatSync, mkdirSync, readlinkSync, rmSync, unlinkSync, type Stats } from 'node:fs';
import { hasErrno } from '../../lib/errors.ts';
import { printable, tarError } from '../tar/tar-error.ts';
import type { UnpackBudget } from './unpack-limits.ts';

export interface DirectoryMetadata {
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
}

const maxSymlinkHops = 40;

/**
 * The folder that a layer is unpacked into, as seen by an unpacker that runs as root and must never leave it. All paths
 * are byte strings (latin1) relative to it. Nothing is reached through a symbolic link of the file system: every folder
 * on the way to an entry is one that we made ourselves, and links of the archive are followed here, with its root as `/`.
 */
export class LayerTree {
  /** Each folder made so far, '' for the root itself, with what the archive says about it. */
  readonly directories = new Map<string, DirectoryMetadata | null>([['', null]]);
  readonly #root: string;
  readonly #budget: UnpackBudget;
  readonly #onRemoved: (path: string) => void;

  constructor(root: string, budget: UnpackBudget, onRemoved: (path: string) => void) {
    this.#root = Buffer.from(root, 'utf8').toString('latin1');
    this.#budget = budget;
    this.#onRemoved = onRemoved;
  }

  /** For file operations; safe only for the result of `resolve` with a name, and for keys of `directories`. */
  absolute(path: string): Buffer {
    return Buffer.from(path === '' ? this.#root : `${this.#root}/${path}`, 'latin1');
  }

  /**
   * The real path of a folder; `missing` is called for a part that is not there or hidden by a
   * whiteout, and must make it or throw.
   */
  resolve(parts: readonly string[], missing: (path: string) => void): string {
    const direct = parts.join('/');
    if (this.directories.has(direct)) return direct;
    const queue = [...parts];
    let current = '';
    let hops = 0;
    for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
      if (part === '..') {
        current = parentOf(current);
        continue;
      }
      const next = join(current, part);
      const target = this.#step(next, missing);
      if (target === null) {
        current = next;
        continue;
      }
      hops += 1;
      if (hops > maxSymlinkHops) throw tarError(`${printable(direct)} goes through too many links.`);
      if (target.startsWith('/')) current = '';
      queue.unshift(...components(target));
    }
    return current;
  }

  /** Null for a folder, the target for a symbolic link. */
  #step(path: string, missing: (path: string) => void): string | null {
    if (this.directories.has(path)) return null;
    this.#budget.checkPath(path.split('/'));
    const found = this.lstat(path);
    if (found === null || found.isCharacterDevice()) {
      missing(path);
      return null;
    }
    if (found.isSymbolicLink()) return readlinkSync(this.absolute(path), 'latin1');
    throw tarError(`${printable(path)} is a file and a folder at once.`);
  }

  makeDirectory(path: string): void {
    this.#budget.addEntry();
    mkdirSync(this.absolute(path), 0o700);
    this.directories.set(path, null);
  }

  link(target: string, path: string): void {
    linkSync(this.absolute(target), this.absolute(path));
  }

  lstat(path: string): Stats | null {
    return lstatSync(this.absolute(path), { throwIfNoEntry: false }) ?? null;
  }

  /** Removes what is at a path, with everything below. */
  remove(path: string): void {
    if (path === '') throw tarError('The root folder of a layer cannot be replaced.');
    if (this.directories.has(path)) {
      rmSync(this.absolute(path), { recursive: true });
      for (const known of this.directories.keys()) {
        if (known === path || known.startsWith(`${path}/`)) this.directories.delete(known);
      }
    } else {
      unlinkSync(this.absolute(path));
    }
    this.#onRemoved(path);
  }

  /** Makes something at a path; what an earlier entry put there is removed first. */
  replace<T>(path: string, make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (!hasErrno(error, 'EEXIST', 'EISDIR')) throw error;
      this.remove(path);
      return make();
    }
  }
}

/** The parts of a path in an archive, without the empty ones and `.`; a leading `/` counts nothing. */
export function components(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

export const join = (parent: string, name: string): string => (parent === '' ? name : `${parent}/${name}`);

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
