import type { StoredImage } from '../api/image.ts';
import type { ControllerSource } from '../kube/controller-source.ts';
import type { Informer } from '../kube/informer.ts';
import { keyOf } from '../kube/objects.ts';
import type { Change } from '../kube/object-store.ts';

/**
 * Every Image that comes, goes, or has another spec. Changes of its status are left out: we write them ourselves, also
 * after a failure, and would take the wait before the next try away.
 */
export function imageSource(images: Informer<StoredImage>): ControllerSource {
  return {
    synced: () => images.synced,
    start: (enqueue) =>
      images.subscribe((change) => {
        if (!isOnlyStatus(change)) enqueue(keyOf(change.object));
      }),
  };
}

function isOnlyStatus(change: Change<StoredImage>): boolean {
  if (change.type !== 'modified') return false;
  const { object, previous } = change;
  return object.metadata.generation === previous.metadata.generation;
}
