import type { Clock } from '../../../lib/clock.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import type { ResourceRegistry } from '../resources/resource-registry.ts';

/** What every verb needs; made once in `server.ts`. */
export interface ApiContext {
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  readonly clock: Clock;
  /** A new UUID. */
  readonly newUid: () => string;
}

/** RFC 3339 with seconds, as metav1.Time is written. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}
