import type { KubeClient } from '../../../kube/client-types.ts';
import type { EventRecorder } from '../../../kube/events.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { KeyedSemaphore } from '../../../lib/keyed-semaphore.ts';
import type { Logger } from '../../../lib/log.ts';
import type { VolumeBind } from '../container-config.ts';
import type { ContainerHost } from '../run-container.ts';
import type { DefaultLimits } from './container-run.ts';
import type { PodImages } from './images.ts';
import type { PodPlaces } from './pod-places.ts';

/** What running a pod works with. */
export interface PodParts {
  client: KubeClient;
  images: PodImages;
  places: PodPlaces;
  host: ContainerHost;
  defaults: DefaultLimits;
  /** Files of the machine that every container sees, such as /etc/resolv.conf. */
  systemBinds: readonly VolumeBind[];
  /** With what builds push to the registry of this machine. */
  loginFile: string | undefined;
  /** Pods at a time. */
  slots: KeyedSemaphore;
  events: Pick<EventRecorder, 'record'>;
  clock: Clock;
  log: Logger;
}
