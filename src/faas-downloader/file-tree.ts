import { posix } from 'node:path';
import type { KontainerSpec } from '../kontainer/spec.ts';
import type { FileTree, TreeFile, TreeFolder } from '../oci/bundle-files.ts';
import type { LayerFolder } from '../oci/image-files.ts';
import { findPlace, type ImagePlace } from '../oci/image-place.ts';
import { DeployFailure } from './failure.ts';
import type { FileValue, ResolvedMount } from './file-values.ts';

export interface TreeOptions {
  spec: Pick<KontainerSpec, 'user' | 'start'>;
  /** Of the image, lowest first. */
  layers: readonly LayerFolder[];
  idBase: number;
}

/** Each call has its own there, or the platform has. */
const reserved = new Set(['proc', 'sys', 'dev', 'tmp', '.kontain', '.request', '.reply']);
const reservedFiles = new Set(['etc/hosts', 'etc/resolv.conf']);

/**
 * A layer that puts files over an image. They belong to the user of a call and to nobody else; symbolic links of the image on
 * the way to them are followed, and its folders on the way look as they did. Throws DeployFailure.
 */
export async function fileTree(mounts: readonly ResolvedMount[], options: TreeOptions): Promise<FileTree> {
  const builder = new TreeBuilder(options);
  // The outer ones first: those below them add to them.
  for (const mount of mounts.toSorted((a, b) => a.mountPath.length - b.mountPath.length))
    builder.add(mount, await findPlace(options.layers, mount.mountPath));
  return builder.tree;
}

class TreeBuilder {
  readonly tree = new Map<string, TreeFolder | TreeFile>();
  readonly #options: TreeOptions;

  constructor(options: TreeOptions) {
    this.#options = options;
    this.tree.set('', this.#folder());
  }

  add({ mountPath, files, hides }: ResolvedMount, place: ImagePlace): void {
    const isFile = files.has('');
    refusePlace(mountPath, place, isFile);
    for (const { path, ...like } of place.folders)
      if (!this.tree.has(path)) this.tree.set(path, { kind: 'folder', opaque: false, ...like });
    if (!isFile) this.#addFolder(place.path, mountPath, hides && place.kind === 'folder');
    if ([...files.keys()].some((path) => path.includes('\0')))
      throw invalid(mountPath, 'the name of a file contains a zero byte', 'Remove it.');
    for (const [path, file] of files)
      this.#addFile(posix.join(place.path, path).replace(/\/$/, ''), mountPath, file);
  }

  #addFile(path: string, mountPath: string, value: FileValue): void {
    this.#addFolder(posix.dirname(path), mountPath, false);
    if (this.tree.get(path)?.kind === 'folder') throw clash(mountPath, path);
    this.tree.set(path, this.#file(value));
  }

  #addFolder(path: string, mountPath: string, opaque: boolean): void {
    if (path === '.' || path === '') return;
    this.#addFolder(posix.dirname(path), mountPath, false);
    const there = this.tree.get(path);
    if (there?.kind === 'file') throw clash(mountPath, path);
    if (there === undefined || opaque) this.tree.set(path, { ...this.#folder(), opaque });
  }

  #folder(): TreeFolder {
    const { idBase } = this.#options;
    return { kind: 'folder', mode: 0o755, uid: idBase, gid: idBase, opaque: false };
  }

  #file({ mode, content }: FileValue): TreeFile {
    const { spec, idBase } = this.#options;
    const { uid, gid } = spec.user;
    const owned = { kind: 'file', content, uid: idBase + uid } as const;
    // A template imports the function as root inside, without the power to read what belongs to others: its group reads it.
    if (spec.start === 'template' && uid !== 0)
      return { ...owned, gid: idBase, mode: mode | ((mode & 0o500) >> 3) };
    return { ...owned, gid: idBase + gid, mode };
  }
}

function refusePlace(mountPath: string, { path, kind }: ImagePlace, isFile: boolean): void {
  const [first = ''] = path.split('/');
  const isReserved = reserved.has(first) || reservedFiles.has(path) || path === '' || path === '.';
  if (isReserved) throw invalid(mountPath, 'the platform has its own there', 'Choose another place.');
  if (isFile && kind === 'folder')
    throw invalid(mountPath, 'the image has a folder there', 'Leave subPath out, or name a file.');
  if (!isFile && kind === 'file')
    throw invalid(mountPath, 'the image has a file there', 'Choose another place.');
}

function clash(mountPath: string, path: string): DeployFailure {
  return invalid(mountPath, `/${path} would be a file and a folder`, 'Choose places that do not meet.');
}

function invalid(mountPath: string, why: string, hint: string): DeployFailure {
  return new DeployFailure('InvalidSpec', `spec.files: ${mountPath} cannot be used: ${why}. ${hint}`);
}
