import { cronJobTriggerFinalizer, cronJobTriggerResource } from '../api/cronjob-trigger.ts';
import type { LeadOptions, LeadParts, LedKind } from '../controllers/lead.ts';
import { reconcileObject } from '../controllers/reconcile-object.ts';
import { configMaps } from '../kube/builtin-resources.ts';
import type { Reconcile } from '../kube/controller.ts';
import { OwnedObjects } from '../kube/owned-objects.ts';
import { cronJobs as cronJobResource } from '../kube/workload-resources.ts';
import { WrittenObjects } from '../kube/written-objects.ts';
import { clearTrigger, serveTrigger } from './serve-trigger.ts';
import type { TriggerParts } from './trigger-parts.ts';
import { startWatches, watchSources, type Watches } from './watches.ts';

/** Keeps a CronJob equal to each CronJobTrigger, or away. */
export function cronJobTriggers(options: LeadOptions): LedKind<Watches> {
  return {
    name: 'cronjob-trigger',
    startWatches,
    objects: ({ triggers }) => triggers,
    begin: (parts) => ({ reconcile: reconcile(options, parts), sources: watchSources(parts.watches) }),
  };
}

function reconcile(options: LeadOptions, lead: LeadParts<Watches>): Reconcile {
  const parts = assemble(options, lead);
  const { client, clock } = options;
  return reconcileObject({
    client,
    resource: cronJobTriggerResource,
    objects: lead.watches.triggers,
    written: new WrittenObjects(),
    events: lead.events,
    clock,
    finalizer: cronJobTriggerFinalizer,
    serve: (object, signal) => serveTrigger(parts, object, signal),
    clear: ({ metadata }, signal) => clearTrigger(parts, metadata, signal),
  });
}

function assemble({ client, config }: LeadOptions, { watches, followed }: LeadParts<Watches>): TriggerParts {
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
