import type { StoredFunction } from '../api/function.ts';
import type { StoredImage } from '../api/image.ts';
import type { Secret } from '../kube/builtin-resources.ts';
import type { KubeClient } from '../kube/client-types.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { ObjectRef } from '../kube/objects.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { RegistryAuths } from '../oci/registry-auth.ts';
import type { BuildProgress } from './build-progress.ts';
import type { FunctionMetrics } from './function-metrics.ts';
import type { BuildJobs } from './image-build/build-jobs.ts';
import type { BuildSlots } from './image-build/build-slots.ts';
import type { Service } from '../kube/workload-resources.ts';
import type { OwnedObjects } from '../kube/owned-objects.ts';
import type { Settings } from './settings.ts';
import type { WrittenObjects } from '../kube/written-objects.ts';

interface Reader<T> {
  get(ref: ObjectRef): T | undefined;
}

/** What a reconcile works with. */
export interface ControllerParts {
  client: KubeClient;
  functions: Reader<StoredFunction>;
  written: WrittenObjects<StoredFunction>;
  images: OwnedObjects<StoredImage>;
  services: OwnedObjects<Service>;
  /** The namespaces' registry credentials. */
  registrySecrets: Reader<Secret>;
  /** Credentials of the program itself, for registries that the namespace has none for. */
  programAuths: RegistryAuths;
  jobs: BuildJobs;
  slots: BuildSlots;
  progress: BuildProgress;
  settings: Settings;
  clusterDomain: string;
  events: Pick<EventRecorder, 'record'>;
  metrics: FunctionMetrics;
  clock: Clock;
  log: Logger;
}
