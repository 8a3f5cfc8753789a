import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/log.ts';
import type { PodImages } from './images.ts';

export interface ImageCollection {
  images: Pick<PodImages, 'collect'>;
  /** Pods run, or are about to. */
  isBusy: () => boolean;
  /** How long an image stays that no pod has. */
  idleMs: number;
  clock: Pick<Clock, 'sleep'>;
  log: Pick<Logger, 'info' | 'error'>;
}

const intervalMs = 60 * 60_000;

/** Removes what no pod has used for long, every hour until the signal aborts, while no pod runs. */
export async function collectImages(collection: ImageCollection, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await collection.clock.sleep(intervalMs, signal).catch(() => undefined);
    if (!signal.aborted && !collection.isBusy()) await collectOnce(collection);
  }
}

/** To be called before the first pod runs, too. A failure is logged: pods can run without it. */
export async function collectOnce({ images, idleMs, log }: ImageCollection): Promise<void> {
  try {
    const collected = await images.collect(idleMs);
    const { layers, blobs } = collected;
    if (layers + blobs > 0) log.info(collected, 'images that no pod had for long were removed');
  } catch (err) {
    log.error({ err }, 'images of pods could not be collected; it is tried again');
  }
}
