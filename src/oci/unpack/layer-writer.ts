import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  lutimesSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { shiftedId, idCount } from '../id-base.ts';
import type { TarEntry } from '../tar/entry.ts';
import { printable, tarError } from '../tar/tar-error.ts';
import type { TarSink } from '../tar/tar-parser.ts';
import { finishDirectories } from './finish-directories.ts';
import { components, join, LayerTree, parentOf, type DirectoryMetadata } from './layer-tree.ts';
import { Notes } from './notes.ts';
import { checkLinkTarget, type UnpackBudget } from './unpack-limits.ts';
import { WhiteoutMaker } from './whiteout-maker.ts';
import { keptXattrs, opaqueXattr, writeXattrs, type PendingXattrs } from './xattrs.ts';

const opaqueMarker = '.wh..wh..opq';
export const whiteoutPrefix = '.wh.';
/** Left behind by aufs (`.wh..wh.plnk`, `.wh..wh.aufs`); container engines skip them. */
const aufsPrefix = '.wh..wh.';
const opaque: ReadonlyMap<string, Buffer> = new Map([[opaqueXattr, Buffer.from('y')]]);
const nobody = idCount - 2;
const createNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export interface LayerWriterOptions {
  /** An empty folder for the content. */
  folder: string;
  /** A path beside it for a helper file. */
  whiteoutTemplate: string;
  idBase: number;
  budget: UnpackBudget;
}

/**
 * Writes the entries of a layer archive into a folder, in the form that overlayfs wants (OCI image-spec layer.md), with
 * shifted owners. Call `finish` after the last entry and `dispose` in any case.
 */
export class LayerWriter implements TarSink, Disposable {
  readonly notes = new Notes();
  readonly #folder: string;
  readonly #idBase: number;
  readonly #budget: UnpackBudget;
  readonly #tree: LayerTree;
  readonly #whiteoutMaker: WhiteoutMaker;
  readonly #whiteouts = new Set<string>();
  readonly #xattrs: PendingXattrs = new Map();
  #file: { fd: number; entry: TarEntry } | null = null;

  constructor({ folder, whiteoutTemplate, idBase, budget }: LayerWriterOptions) {
    this.#folder = folder;
    this.#idBase = idBase;
    this.#budget = budget;
    this.#tree = new LayerTree(folder, budget, (path) => this.#forget(path));
    this.#whiteoutMaker = new WhiteoutMaker(whiteoutTemplate);
  }

  entry(entry: TarEntry): void {
    this.#budget.addEntry();
    const parts = components(entry.path);
    this.#budget.checkPath(parts);
    if (parts.includes('..')) throw tarError(`${printable(entry.path)} leads out of the image.`);
    const name = parts.at(-1) ?? '';
    if (name.startsWith(whiteoutPrefix)) this.#whiteout(parts, name);
    else this.#create(entry, parts);
  }

  data(chunk: Buffer): void {
    if (this.#file === null) return;
    for (let written = 0; written < chunk.length;) {
      written += writeSync(this.#file.fd, chunk, written);
    }
  }

  entryEnd(): void {
    if (this.#file === null) return;
    const { fd, entry } = this.#file;
    const { uid, gid, mode, mtime } = this.#metadata(entry);
    fchownSync(fd, uid, gid); // before chmod: it clears setuid
    fchmodSync(fd, mode);
    futimesSync(fd, mtime, mtime);
    this.#closeFile();
  }

  /** Sets what must be set last: attributes, and the owners and times of folders. */
  finish(): void {
    writeXattrs(this.#folder, this.#xattrs);
    finishDirectories(this.#tree, this.#idBase);
  }

  /** The folders that hide what lower layers have in them. */
  opaque(): string[] {
    return [...this.#xattrs].filter(([, xattrs]) => xattrs.has(opaqueXattr)).map(([path]) => path);
  }

  [Symbol.dispose](): void {
    this.#closeFile();
    this.#whiteoutMaker.dispose();
  }

  #closeFile(): void {
    if (this.#file !== null) closeSync(this.#file.fd);
    this.#file = null;
  }

  #create(entry: TarEntry, parts: readonly string[]): void {
    switch (entry.type) {
      case 'directory':
        return this.#directory(entry, parts);
      case 'file':
        return this.#startFile(entry, this.#place(parts));
      case 'symlink':
        return this.#symlink(entry, this.#place(parts));
      case 'hardlink':
        return this.#hardLink(entry, this.#place(parts));
      case 'char':
      case 'block':
        return this.#device(entry, parts);
      case 'fifo':
        return this.notes.add(
          'named pipes left out: they are for programs to make when they run',
          entry.path,
        );
    }
  }

  #directory(entry: TarEntry, parts: readonly string[]): void {
    const path = this.#place(parts);
    if (!this.#tree.directories.has(path)) this.#makeDirectory(path);
    this.#tree.directories.set(path, this.#metadata(entry));
    this.#addXattrs(path, keptXattrs(entry.xattrs, entry.path, this.notes));
  }

  /** The place of an entry, its folders made where they miss. */
  #place(parts: readonly string[]): string {
    const parent = this.#tree.resolve(parts.slice(0, -1), (path) => this.#makeDirectory(path));
    return join(parent, parts.at(-1) ?? '');
  }

  /** A folder where this layer has a whiteout hides all that lower layers have in it. */
  #makeDirectory(path: string): void {
    const hidesLower = this.#whiteouts.has(path);
    if (this.#tree.lstat(path) !== null) this.#tree.remove(path);
    this.#tree.makeDirectory(path);
    if (hidesLower) this.#addXattrs(path, opaque);
  }

  #startFile(entry: TarEntry, path: string): void {
    const fd = this.#tree.replace(path, () => openSync(this.#tree.absolute(path), createNew, 0o600));
    this.#file = { fd, entry };
    this.#addXattrs(path, keptXattrs(entry.xattrs, entry.path, this.notes));
  }

  #symlink(entry: TarEntry, path: string): void {
    const absolute = this.#tree.absolute(path);
    checkLinkTarget(entry.linkPath);
    const target = Buffer.from(entry.linkPath, 'latin1');
    if (target.length === 0) throw tarError(`${printable(entry.path)} is a link to nothing.`);
    this.#tree.replace(path, () => symlinkSync(target, absolute));
    const { uid, gid, mtime } = this.#metadata(entry);
    lchownSync(absolute, uid, gid);
    lutimesSync(absolute, mtime, mtime);
  }

  #hardLink(entry: TarEntry, path: string): void {
    const parts = components(entry.linkPath);
    const missing = (): never => {
      throw tarError(`${printable(entry.path)} is a hard link to a file that its layer does not have.`);
    };
    if (parts.includes('..')) throw tarError(`${printable(entry.path)} is a hard link out of the image.`);
    const target = join(this.#tree.resolve(parts.slice(0, -1), missing), parts.at(-1) ?? missing());
    const found = this.#tree.lstat(target);
    if (found === null || found.isDirectory() || this.#whiteouts.has(target)) missing();
    if (target === path) return;
    this.#tree.replace(path, () => this.#tree.link(target, path));
  }

  /** Every Kontainer has its own /dev, so base images' nodes there are harmless; anywhere else they are an attack. */
  #device(entry: TarEntry, parts: readonly string[]): void {
    if (parts[0] !== 'dev') {
      throw tarError(`${printable(entry.path)} is a device.`, 'Remove device nodes from the image.');
    }
    this.notes.add('device nodes in /dev left out: every Kontainer gets its own /dev', entry.path);
  }

  #whiteout(parts: readonly string[], name: string): void {
    const path = this.#place(parts);
    if (name === opaqueMarker) return this.#addXattrs(parentOf(path), opaque);
    if (name.startsWith(aufsPrefix)) return;
    const hiddenName = name.slice(whiteoutPrefix.length);
    if (hiddenName === '' || hiddenName === '.' || hiddenName === '..') {
      throw tarError(`${printable(parts.join('/'))} hides no file.`);
    }
    const hidden = join(parentOf(path), hiddenName);
    // What this layer has at that place itself is not hidden: a file covers lower ones anyway, a folder becomes opaque.
    if (this.#tree.directories.has(hidden)) this.#addXattrs(hidden, opaque);
    if (this.#tree.lstat(hidden) !== null) return;
    this.#whiteoutMaker.make(this.#tree.absolute(hidden));
    this.#whiteouts.add(hidden);
  }

  #addXattrs(path: string, xattrs: ReadonlyMap<string, Buffer>): void {
    if (xattrs.size === 0) return;
    this.#xattrs.set(path, new Map([...(this.#xattrs.get(path) ?? []), ...xattrs]));
  }

  #metadata({ uid, gid, mode, mtime, path }: TarEntry): DirectoryMetadata {
    return { uid: this.#shifted(uid, path), gid: this.#shifted(gid, path), mode, mtime };
  }

  #shifted(id: number, path: string): number {
    const shifted = shiftedId(id, this.#idBase);
    if (shifted !== null) return shifted;
    this.notes.add(`owners above ${idCount - 1} stored as ${nobody}: a Kontainer has no such ids`, path);
    return this.#idBase + nobody;
  }

  #forget(path: string): void {
    this.#whiteouts.delete(path);
    for (const pending of this.#xattrs.keys()) {
      if (pending === path || pending.startsWith(`${path}/`)) this.#xattrs.delete(pending);
    }
  }
}
