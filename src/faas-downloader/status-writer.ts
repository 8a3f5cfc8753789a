import { imageResource, type StoredImage } from '../api/image.ts';
import type { KubeClient } from '../kube/client-types.ts';
import { isConflict, orUndefined } from '../kube/kube-error.ts';
import { refOf } from '../kube/objects.ts';
import type { Clock } from '../lib/clock.ts';
import { statusPatch, type Report } from './image-status.ts';

export interface StatusWriterOptions {
  client: Pick<KubeClient, 'get' | 'mergePatch'>;
  node: string;
  clock: Pick<Clock, 'now'>;
}

export type WriteStatus = (object: StoredImage, report: Report, signal: AbortSignal) => Promise<void>;

const maxAttempts = 10;

/**
 * Writes a report into the status of an Image. Several nodes do so at once: the patch counts only for the object that it
 * was made from, else it is made again. An Image that is gone, or another one by now, needs no status.
 */
export function statusWriter({ client, node, clock }: StatusWriterOptions): WriteStatus {
  /** Uids of what this process has written to: the informer's copy may be older than that. */
  const written = new Set<string>();
  return async (object, report, signal) => {
    const { uid = '', generation = 0 } = object.metadata;
    const context = { node, generation, nowMs: clock.now() };
    const fromWatch = statusPatch(object, report, context);
    // After a start most Images are as they were: that costs no request each.
    if (!written.has(uid) && fromWatch === null) return;
    written.add(uid);
    if (fromWatch !== null && (await tryPatch(object, fromWatch, signal))) return;
    await patchNewest(object, (current) => statusPatch(current, report, context), signal);
  };

  async function patchNewest(
    { metadata: { uid, ...metadata } }: StoredImage,
    patchOf: (current: StoredImage) => object | null,
    signal: AbortSignal,
  ): Promise<void> {
    const ref = refOf({ metadata });
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const current = await orUndefined(client.get(imageResource, ref, { signal }));
      if (current === undefined || current.metadata.uid !== uid) return;
      const patch = patchOf(current);
      if (patch === null || (await tryPatch(current, patch, signal))) return;
    }
    throw new Error(`the status of Image ${ref.name} changes all the time`);
  }

  async function tryPatch(current: StoredImage, patch: object, signal: AbortSignal): Promise<boolean> {
    const { resourceVersion, uid } = current.metadata;
    const preconditions = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    try {
      const options = { subresource: 'status' as const, preconditions, signal };
      await orUndefined(client.mergePatch(imageResource, refOf(current), patch, options));
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }
}
