import type { KubeClient } from '../../../kube/client-types.ts';
import type { EventRecorder } from '../../../kube/events.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/log.ts';
import type { VolumeBind } from '../container-config.ts';
import type { ContainerHost } from '../run-container.ts';
import type { DefaultLimits } from './container-run.ts';
import type { PodImages } from './images.ts';
import type { PodPlaces } from './pod-places.ts';
import type { PodSlots } from './pod-slots.ts';

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
  slots: PodSlots;
  events: Pick<EventRecorder, 'record'>;
  clock: Clock;
  log: Logger;
}
