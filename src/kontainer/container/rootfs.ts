import { join } from 'node:path';
import { PlatformError } from '../../lib/errors.ts';
import type { Launcher } from '../launcher/launcher.ts';
import { errnoText } from './error-text.ts';
import type { ContainerHost } from './host.ts';
import { workingFolderLayer } from './working-folder.ts';

export interface Rootfs {
  path: string;
  unmount(): void;
}

export interface RootfsParts {
  /** Diff ids, lowest first. */
  layers: readonly string[];
  /** A folder that lies above them. */
  files: string | undefined;
  /** Made where no layer has it. */
  workingDir: string;
}

/** Mounts an image's layers as one read-only tree in the launcher's mount namespace. */
export async function mountRootfs(
  host: ContainerHost,
  launcher: Launcher,
  { layers, files, workingDir }: RootfsParts,
): Promise<Rootfs> {
  const id = host.nextId();
  // An image may have one layer twice, an overlay may not; the upper one hides all of the lower.
  const below = new Set(layers.map((layer) => `${layer.replace(/^sha256:/, '')}/fs`).toReversed());
  const lowest = await workingFolderLayer(host.workingFolders, workingDir);
  const errno = await new Promise<number>((resolve) => {
    launcher.subscribe(id, (event) => resolve(event.type === 'mounted' ? event.errno : -1));
    const above = files === undefined ? [host.skeleton] : [host.skeleton, files];
    launcher.send('mount', id, [...above, ...below, ...(lowest === undefined ? [] : [lowest])].join(':'));
  });
  launcher.unsubscribe(id);
  if (errno !== 0) {
    const reason = errno > 0 ? errnoText(errno) : 'the launcher ended';
    throw new PlatformError('start_failed', `The image's file system could not be mounted: ${reason}`);
  }
  return { path: join(host.options.run, 'fs', String(id)), unmount: () => launcher.send('unmount', id) };
}
