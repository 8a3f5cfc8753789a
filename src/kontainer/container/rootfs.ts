import { join } from 'node:path';
import { PlatformError } from '../../lib/errors.ts';
import type { Launcher } from '../launcher/launcher.ts';
import { errnoText } from './error-text.ts';
import type { ContainerHost } from './host.ts';

export interface Rootfs {
  path: string;
  unmount(): void;
}

/** Mounts an image's layers as one read-only tree in the launcher's mount namespace. `layers`: diff ids, lowest first. */
export async function mountRootfs(
  host: ContainerHost,
  launcher: Launcher,
  layers: readonly string[],
): Promise<Rootfs> {
  const id = host.nextId();
  // An image may have one layer twice, an overlay may not; the upper one hides all of the lower.
  const below = new Set(layers.map((layer) => `${layer.replace(/^sha256:/, '')}/fs`).toReversed());
  const errno = await new Promise<number>((resolve) => {
    launcher.subscribe(id, (event) => resolve(event.type === 'mounted' ? event.errno : -1));
    launcher.send('mount', id, [host.skeleton, ...below].join(':'));
  });
  launcher.unsubscribe(id);
  if (errno !== 0) {
    const reason = errno > 0 ? errnoText(errno) : 'the launcher ended';
    throw new PlatformError('start_failed', `The image's file system could not be mounted: ${reason}`);
  }
  return { path: join(host.options.run, 'fs', String(id)), unmount: () => launcher.send('unmount', id) };
}
