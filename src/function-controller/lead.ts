import { functionResource } from '../api/function.ts';
import { imageResource } from '../api/image.ts';
import type { ControllerContext } from '../controllers/controller.ts';
import { FollowedConfig } from '../controllers/followed-config.ts';
import { runController } from '../kube/controller.ts';
import { EventRecorder } from '../kube/events.ts';
import { keyOf } from '../kube/objects.ts';
import { OwnedObjects } from '../kube/owned-objects.ts';
import { jobs as jobResource, services as serviceResource } from '../kube/workload-resources.ts';
import { WrittenObjects } from '../kube/written-objects.ts';
import { whenAborted } from '../lib/abort.ts';
import type { RegistryAuths } from '../oci/registry-auth.ts';
import type { ControllerParts } from './controller-parts.ts';
import type { FunctionMetrics } from './function-metrics.ts';
import { BuildJobs } from './image-build/build-jobs.ts';
import { BuildSlots } from './image-build/build-slots.ts';
import { reconcileFunction } from './reconcile-function.ts';
import { collectSources } from './sources/collect-sources.ts';
import { Settings } from './settings.ts';
import { startWatches, watchSources, type Watches } from './watches.ts';

/** What the status pages ask of whoever leads. */
export interface LeadState {
  lastSignOfLife: () => number;
}

export interface LeadOptions extends Omit<ControllerContext, 'registry'> {
  programAuths: RegistryAuths;
  metrics: FunctionMetrics;
  state: LeadState;
}

/** The work of the one replica that leads: watches and reconciles until the signal aborts. */
export async function lead(options: LeadOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, random, log, place, config } = options;
  const watching = { client, clock, random, log };
  await using followed = new FollowedConfig({ ...watching, place });
  await Promise.race([followed.synced, whenAborted(signal)]);
  if (signal.aborted) return;
  await using watches = startWatches({ ...watching, ...followed.scope() });
  await using settings = new Settings({ followed, clock });
  options.state.lastSignOfLife = () => watches.functions.lastSignOfLife();
  const events = new EventRecorder({ client, component: 'function-controller', clock, log });
  const parts = assemble(options, { watches, settings, events });
  const allKeys = () => watches.functions.list().map(keyOf);
  const controller = {
    name: 'function',
    reconcile: reconcileFunction(parts),
    sources: [...watchSources(watches), parts.slots.source(watches.jobs), followed.source(allKeys)],
    concurrency: config.KONTAIN_CONTROLLER_CONCURRENCY,
    metrics: options.metrics.controller,
  };
  const backoff = { backoffBaseMs: 200, backoffCapMs: 5 * 60_000 };
  await Promise.all([
    runController({ ...controller, ...backoff, clock, random, log }, signal),
    collectSources({ client, place, programAuths: options.programAuths, clock, log }, signal),
  ]);
  await events.flush();
}

function assemble(
  { client, config, programAuths, metrics, clock, log }: LeadOptions,
  { watches, settings, events }: { watches: Watches; settings: Settings; events: EventRecorder },
): ControllerParts {
  const { functions, images, services, jobs, pods, registrySecrets } = watches;
  const slots = new BuildSlots();
  const own = { client, owner: functionResource };
  const owned = new OwnedObjects({ ...own, resource: jobResource, informer: jobs });
  return {
    client,
    functions,
    written: new WrittenObjects(),
    images: new OwnedObjects({ ...own, resource: imageResource, informer: images }),
    services: new OwnedObjects({ ...own, resource: serviceResource, informer: services }),
    registrySecrets,
    programAuths,
    jobs: new BuildJobs({ client, jobs, pods, owned, slots }),
    slots,
    settings,
    clusterDomain: config.KONTAIN_CLUSTER_DOMAIN,
    events,
    metrics,
    clock,
    log,
  };
}
