import type { StoredFunction } from '../api/function.ts';
import type { StoredHttpTrigger } from '../api/http-trigger.ts';
import type { StoredImage } from '../api/image.ts';
import type { FollowedConfig } from '../controllers/followed-config.ts';
import type { KubeClient } from '../kube/client-types.ts';
import type { ObjectRef } from '../kube/objects.ts';
import type { OwnedObjects } from '../kube/owned-objects.ts';
import type { Ingress, Service } from '../kube/workload-resources.ts';
import type { WrittenObjects } from '../kube/written-objects.ts';
import type { KeyedLock } from '../lib/keyed-lock.ts';
import type { ClaimBook } from './claim-book.ts';
import type { PublicAddress } from './public-address.ts';

interface Reader<T> {
  get(ref: ObjectRef): T | undefined;
  list(): T[];
}

/** What a reconcile works with. */
export interface TriggerParts {
  client: KubeClient;
  triggers: Reader<StoredHttpTrigger>;
  functions: Reader<StoredFunction>;
  images: Reader<StoredImage>;
  writtenImages: WrittenObjects<StoredImage>;
  /** Triggers of one function write the same field: one after the other. */
  imageLock: KeyedLock;
  ingresses: OwnedObjects<Ingress>;
  /** Of Images that have no Function. */
  services: OwnedObjects<Service>;
  book: ClaimBook;
  config: Pick<FollowedConfig, 'current' | 'namespace'>;
  clusterDomain: string;
  address: PublicAddress;
}
