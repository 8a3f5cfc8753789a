import type { StoredFunction } from '../api/function.ts';
import type { FollowedConfig } from '../controllers/followed-config.ts';
import type { ObjectRef } from '../kube/objects.ts';
import type { OwnedObjects } from '../kube/owned-objects.ts';
import type { CronJob } from '../kube/workload-resources.ts';
import type { Payloads } from './payloads.ts';

/** What a reconcile works with. */
export interface TriggerParts {
  functions: { get(ref: ObjectRef): StoredFunction | undefined };
  cronJobs: OwnedObjects<CronJob>;
  /** As the watch has them. */
  allCronJobs: () => readonly CronJob[];
  payloads: Payloads;
  followed: Pick<FollowedConfig, 'current' | 'namespace'>;
  clusterDomain: string;
}
