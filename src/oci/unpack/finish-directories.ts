import { chmodSync, lchownSync, utimesSync } from 'node:fs';
import type { LayerTree } from './layer-tree.ts';

/**
 * Owners, modes and times of all folders of a layer: last, because making a file in a folder changes its time. Folders
 * that the archive implies but does not list belong to root with mode 755, as container engines make them; theirs and
 * everyone's times do not depend on when the layer was unpacked.
 */
export function finishDirectories(tree: LayerTree, idBase: number): void {
  const implied = { mode: 0o755, uid: idBase, gid: idBase, mtime: 0 };
  for (const [path, metadata] of tree.directories) {
    const { mode, uid, gid, mtime } = metadata ?? implied;
    const absolute = tree.absolute(path);
    lchownSync(absolute, uid, gid);
    chmodSync(absolute, mode);
    utimesSync(absolute, mtime, mtime);
  }
}
