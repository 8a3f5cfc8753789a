import { createHash } from 'node:crypto';
import { readdir, stat, utimes } from 'node:fs/promises';
import type { Clock } from '../../../lib/clock.ts';
import { hasErrno } from '../../../lib/errors.ts';
import { publishBundle, removeBundle } from '../../../oci/bundle-publish.ts';
import { currentVersion } from '../../../oci/bundles.ts';
import type { CollectionGuard } from '../../../oci/collection-guard.ts';
import { collectGarbage, type Collected } from '../../../oci/garbage.ts';
import type { StoredImage } from '../../../oci/image-store.ts';
import { namespacePath, versionPath, type BundleName } from '../../../oci/paths.ts';

export interface ImageUseOptions {
  /** Of the images. */
  root: string;
  guard: CollectionGuard;
  clock: Pick<Clock, 'now'>;
}

const namespace = 'pods';

/**
 * When pods had which image last, over restarts: a bundle of the store for each, whose folder has that time. What no bundle
 * names is garbage of the store.
 */
export class ImageUse {
  readonly #options: ImageUseOptions;

  constructor(options: ImageUseOptions) {
    this.#options = options;
  }

  /** @param key of the image, with the credentials that it was pulled with */
  async record(key: string, { digest, config }: StoredImage): Promise<void> {
    const { root, guard, clock } = this.#options;
    const bundle = bundleOf(key);
    await guard.exclusive(async () => {
      const content = { spec: { digest, layers: config.rootfs.diff_ids }, imageConfig: config };
      const version = await publishBundle(root, bundle, content, clock.now());
      const seconds = clock.now() / 1000;
      await utimes(versionPath(root, bundle, version), seconds, seconds);
    });
  }

  /** Removes the images that no pod has had for so long. `forget` is told before, by a function that knows their keys. */
  async collect(idleMs: number, forget: (isGone: (key: string) => boolean) => void): Promise<Collected> {
    const { root, guard, clock } = this.#options;
    await guard.exclusive(async () => {
      const gone = await this.#idle(idleMs);
      forget((key) => gone.has(bundleOf(key).name));
      for (const name of gone) await removeBundle(root, { namespace, name }, clock.now());
    });
    return await collectGarbage(root, guard, { nowMs: clock.now(), graceMs: 0, sweepAll: true });
  }

  async #idle(idleMs: number): Promise<Set<string>> {
    const { root, clock } = this.#options;
    const idle = new Set<string>();
    for (const name of await bundleNames(root)) {
      const version = await currentVersion(root, { namespace, name });
      if (version === null) continue;
      const { mtimeMs } = await stat(versionPath(root, { namespace, name }, version));
      if (clock.now() - mtimeMs >= idleMs) idle.add(name);
    }
    return idle;
  }
}

function bundleOf(key: string): BundleName {
  return { namespace, name: createHash('sha256').update(key).digest('hex') };
}

async function bundleNames(root: string): Promise<string[]> {
  try {
    const names = await readdir(namespacePath(root, { namespace, name: 'any' }));
    return names.filter((name) => !name.startsWith('.'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
