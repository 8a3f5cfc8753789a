import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeDurable } from '../lib/durable-file.ts';
import { exec } from '../lib/exec.ts';
import { opaqueXattr, writeXattrs, type PendingXattrs } from './unpack/xattrs.ts';

/** Owners are as on disk: shifted (id-base.ts). */
interface Owned {
  mode: number;
  uid: number;
  gid: number;
}

export interface TreeFolder extends Owned {
  kind: 'folder';
  /** Hides what the image has there. */
  opaque: boolean;
}

export interface TreeFile extends Owned {
  kind: 'file';
  content: Buffer;
}

/** Relative path → what is there; a folder comes before what is in it. '' is the root. */
export type FileTree = ReadonlyMap<string, TreeFolder | TreeFile>;

/** Files that lie over an image's: made anew, or as those of another version of the bundle. */
export type BundleFiles = { tree: FileTree } | { like: string };

const copyTimeoutMs = 60_000;

/** Writes them as a layer is stored, into a folder that does not exist. */
export async function writeBundleFiles(folder: string, files: BundleFiles): Promise<void> {
  if ('tree' in files) return writeTree(folder, files.tree);
  // Owners, modes and the marks of folders stay; the files themselves are the same ones.
  await exec('cp', ['--archive', '--link', '--', files.like, folder], { timeoutMs: copyTimeoutMs });
}

async function writeTree(folder: string, tree: FileTree): Promise<void> {
  for (const [path, node] of tree) {
    const target = join(folder, path);
    if (node.kind === 'folder') await mkdir(target, { mode: 0o700 });
    else await writeDurable(target, node.content, 0o600);
    await chown(target, node.uid, node.gid);
    // After the owner, whose change takes bits away; and not subject to the umask.
    await chmod(target, node.mode);
  }
  writeXattrs(folder, opaqueMarks(tree));
  for (const [path, { kind }] of tree) if (kind === 'folder') await syncFolder(join(folder, path));
}

function opaqueMarks(tree: FileTree): PendingXattrs {
  const hiding = [...tree].filter(([, node]) => node.kind === 'folder' && node.opaque);
  return new Map(
    hiding.map(([path]) => [
      Buffer.from(path).toString('latin1'),
      new Map([[opaqueXattr, Buffer.from('y')]]),
    ]),
  );
}
