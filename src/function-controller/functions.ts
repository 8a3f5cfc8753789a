import { functionResource } from '../api/function.ts';
import { imageResource } from '../api/image.ts';
import { warnOfUnknownKeys } from '../controllers/warn-of-unknown-keys.ts';
import type { LeadOptions, LeadParts, LedKind } from '../controllers/lead.ts';
import { OwnedObjects } from '../kube/owned-objects.ts';
import { jobs as jobResource, services as serviceResource } from '../kube/workload-resources.ts';
import { WrittenObjects } from '../kube/written-objects.ts';
import type { RegistryAuths } from '../oci/registry-auth.ts';
import { BuildProgress } from './build-progress.ts';
import type { ControllerParts } from './controller-parts.ts';
import type { FunctionMetrics } from './function-metrics.ts';
import { BuildJobs } from './image-build/build-jobs.ts';
import { BuildSlots } from './image-build/build-slots.ts';
import { reconcileFunction } from './reconcile-function.ts';
import { collectSources } from './sources/collect-sources.ts';
import { Settings } from './settings.ts';
import { startWatches, watchSources, type Watches } from './watches.ts';

export interface FunctionLeadOptions extends LeadOptions {
  programAuths: RegistryAuths;
  functionMetrics: FunctionMetrics;
}

/** Keeps what each Function needs equal to it, or away. */
export function functions(options: FunctionLeadOptions): LedKind<Watches> {
  const { client, place, programAuths, clock, log } = options;
  return {
    name: 'function',
    startWatches,
    objects: (watches) => watches.functions,
    begin: (lead) => {
      const parts = assemble(options, lead);
      warnOfUnknownKeys(lead.followed, { events: lead.events, log });
      const sources = [...watchSources(lead.watches), parts.slots.source(lead.watches.jobs)];
      return { reconcile: reconcileFunction(parts), sources };
    },
    beside: (signal) => collectSources({ client, place, programAuths, clock, log }, signal),
  };
}

function assemble(
  { client, config, programAuths, functionMetrics: metrics, clock, log }: FunctionLeadOptions,
  { watches, followed, events, stack }: LeadParts<Watches>,
): ControllerParts {
  const { functions, images, services, jobs, pods, registrySecrets } = watches;
  const settings = stack.use(new Settings({ followed, clock }));
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
    progress: new BuildProgress(),
    settings,
    clusterDomain: config.KONTAIN_CLUSTER_DOMAIN,
    events,
    metrics,
    clock,
    log,
  };
}
