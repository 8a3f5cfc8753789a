import type { StoredImage } from '../api/image.ts';
import type { ControllerSource } from '../kube/controller-source.ts';
import type { Informer } from '../kube/informer.ts';
import { formatKey, keyOf } from '../kube/objects.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { listBundles } from '../oci/bundles.ts';

export interface OrphanOptions {
  root: string;
  images: Pick<Informer<StoredImage>, 'list' | 'synced'>;
  clock: Pick<Clock, 'sleep'>;
  log: Logger;
  /** An empty list of Images is believed after so long. */
  trustEmptyMs: number;
}

/**
 * Bundles whose Image was deleted while nobody watched: looked for once the Images are known, and once more later. An
 * empty list is not believed at once: an API server that has lost its data, or is another one, must not empty the nodes.
 */
export function orphanSource(options: OrphanOptions): ControllerSource {
  return {
    synced: () => Promise.resolve(),
    start: (enqueue) => {
      const stop = new AbortController();
      void search(options, enqueue, stop.signal);
      return () => stop.abort();
    },
  };
}

async function search(
  options: OrphanOptions,
  enqueue: (key: string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    await options.images.synced;
    await enqueueOrphans(options, enqueue, false);
    await options.clock.sleep(options.trustEmptyMs, signal);
    await enqueueOrphans(options, enqueue, true);
  } catch (err) {
    if (!signal.aborted) options.log.error({ err }, 'bundles without an Image could not be looked for');
  }
}

async function enqueueOrphans(
  { root, images, log }: OrphanOptions,
  enqueue: (key: string) => void,
  trustEmpty: boolean,
): Promise<void> {
  const known = new Set(images.list().map(keyOf));
  const orphans = (await listBundles(root)).map(formatKey).filter((key) => !known.has(key));
  if (orphans.length > 0 && known.size === 0 && !trustEmpty) {
    log.warn({ bundles: orphans.length }, 'no Image exists but bundles do; they are kept for now');
    return;
  }
  for (const key of orphans) enqueue(key);
}
