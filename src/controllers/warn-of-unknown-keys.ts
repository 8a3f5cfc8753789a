import { unknownConfigKeys } from '../api/kubeless-config/kubeless-config.ts';
import { configMaps } from '../kube/builtin-resources.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Logger } from '../lib/log.ts';
import type { FollowedConfig } from './followed-config.ts';

/** Tells once for each change of `kubeless-config` what in it nothing reads. For one of the controllers, or each would tell. */
export function warnOfUnknownKeys(
  followed: Pick<FollowedConfig, 'onChange'>,
  { events, log }: { events: Pick<EventRecorder, 'record'>; log: Logger },
): void {
  followed.onChange((object) => {
    const named = { apiVersion: 'v1', kind: configMaps.kind, ...object };
    for (const message of unknownConfigKeys(object.data)) {
      log.warn({ problem: message }, 'a key of kubeless-config has no effect');
      events.record(named, { type: 'Warning', reason: 'UnknownKey', message });
    }
  });
}
