import { cronJobTriggerFinalizer, cronJobTriggerResource } from '../api/cronjob-trigger.ts';
import type { ControllerContext } from '../controllers/controller.ts';
import { FollowedConfig } from '../controllers/followed-config.ts';
import { reconcileObject } from '../controllers/reconcile-object.ts';
import { configMaps } from '../kube/builtin-resources.ts';
import { runController, type ControllerMetrics } from '../kube/controller.ts';
import { EventRecorder } from '../kube/events.ts';
import { keyOf } from '../kube/objects.ts';
import { OwnedObjects } from '../kube/owned-objects.ts';
import { cronJobs as cronJobResource } from '../kube/workload-resources.ts';
import { WrittenObjects } from '../kube/written-objects.ts';
import { whenAborted } from '../lib/abort.ts';
import { clearTrigger, serveTrigger } from './serve-trigger.ts';
import type { TriggerParts } from './trigger-parts.ts';
import { startWatches, watchSources, type Watches } from './watches.ts';

/** What the status pages ask of whoever leads. */
export interface LeadState {
  lastSignOfLife: () => number;
}

export interface LeadOptions extends Omit<ControllerContext, 'registry'> {
  metrics: ControllerMetrics;
  state: LeadState;
}

/** The work of the one replica that leads: watches and reconciles until the signal aborts. */
export async function lead(options: LeadOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, random, log, place, config, metrics, state } = options;
  const watching = { client, clock, random, log };
  await using followed = new FollowedConfig({ ...watching, place });
  await Promise.race([followed.synced, whenAborted(signal)]);
  if (signal.aborted) return;
  await using watches = startWatches({ ...watching, ...followed.scope() });
  state.lastSignOfLife = () => watches.triggers.lastSignOfLife();
  const events = new EventRecorder({ client, component: 'cronjob-trigger-controller', clock, log });
  const parts = assemble(options, watches, followed);
  const reconcile = reconcileObject({
    client,
    resource: cronJobTriggerResource,
    objects: watches.triggers,
    written: new WrittenObjects(),
    events,
    clock,
    finalizer: cronJobTriggerFinalizer,
    serve: (object, limit) => serveTrigger(parts, object, limit),
    clear: ({ metadata }, limit) => clearTrigger(parts, metadata, limit),
  });
  const allKeys = () => watches.triggers.list().map(keyOf);
  const controller = { name: 'cronjob-trigger', reconcile, metrics, clock, random, log };
  const sources = [...watchSources(watches), followed.source(allKeys)];
  await runController({ ...controller, sources, concurrency: config.KONTAIN_CONTROLLER_CONCURRENCY }, signal);
  await events.flush();
}

function assemble({ client, config }: LeadOptions, watches: Watches, followed: FollowedConfig): TriggerParts {
  const own = { client, owner: cronJobTriggerResource };
  const owned = new OwnedObjects({ ...own, resource: configMaps, informer: watches.payloads });
  return {
    functions: watches.functions,
    cronJobs: new OwnedObjects({ ...own, resource: cronJobResource, informer: watches.cronJobs }),
    allCronJobs: () => watches.cronJobs.list(),
    payloads: { client, owned },
    followed,
    clusterDomain: config.KONTAIN_CLUSTER_DOMAIN,
  };
}
