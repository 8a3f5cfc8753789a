import { httpTriggerFinalizer, httpTriggerResource } from '../api/http-trigger.ts';
import { imageResource } from '../api/image.ts';
import type { LeadOptions, LeadParts, LedKind } from '../controllers/lead.ts';
import { reconcileObject } from '../controllers/reconcile-object.ts';
import type { Reconcile } from '../kube/controller.ts';
import { OwnedObjects } from '../kube/owned-objects.ts';
import { ingresses as ingressResource, services as serviceResource } from '../kube/workload-resources.ts';
import { WrittenObjects } from '../kube/written-objects.ts';
import { KeyedLock } from '../lib/keyed-lock.ts';
import { ClaimBook } from './claim-book.ts';
import { claimSources } from './claim-source.ts';
import type { PublicAddress } from './public-address.ts';
import { withdrawRoutes } from './publish-routes.ts';
import { clearTrigger, serveTrigger } from './serve-trigger.ts';
import type { TriggerParts } from './trigger-parts.ts';
import { startWatches, type Watches } from './watches.ts';

/** Keeps the routes of Images and the Ingresses equal to the HTTPTriggers, or away. */
export function httpTriggers(options: LeadOptions): LedKind<Watches> {
  return {
    name: 'http-trigger',
    startWatches,
    objects: ({ triggers }) => triggers,
    begin: (parts) => {
      const trigger = assemble(options, parts);
      return {
        reconcile: reconcile(options, parts, trigger),
        sources: claimSources(parts.watches, trigger.book),
      };
    },
  };
}

function reconcile(
  { client, clock }: LeadOptions,
  { watches, events }: LeadParts<Watches>,
  parts: TriggerParts,
): Reconcile {
  return reconcileObject({
    client,
    resource: httpTriggerResource,
    objects: watches.triggers,
    written: new WrittenObjects(),
    events,
    clock,
    finalizer: httpTriggerFinalizer,
    serve: (object, signal) => serveTrigger(parts, object, signal),
    clear: (object, signal) => clearTrigger(parts, object, signal),
    failed: { url: null },
    // What is left of one that was deleted by force.
    gone: (key, signal) => withdrawRoutes(parts, key, signal),
  });
}

function assemble({ client, config }: LeadOptions, { watches, followed }: LeadParts<Watches>): TriggerParts {
  const { triggers, functions, images, ingresses, services } = watches;
  const address = publicAddress(config);
  const ofTriggers = { client, owner: httpTriggerResource };
  const ofImages = { client, owner: imageResource };
  return {
    client,
    triggers,
    functions,
    images,
    writtenImages: new WrittenObjects(),
    imageLock: new KeyedLock(),
    ingresses: new OwnedObjects({ ...ofTriggers, resource: ingressResource, informer: ingresses }),
    services: new OwnedObjects({ ...ofImages, resource: serviceResource, informer: services }),
    book: new ClaimBook(address),
    config: followed,
    clusterDomain: config.KONTAIN_CLUSTER_DOMAIN,
    address,
  };
}

function publicAddress({
  KONTAIN_PUBLIC_URL: url,
  KONTAIN_PUBLIC_TLS_PORT: tlsPort,
}: LeadOptions['config']): PublicAddress {
  return { url: url === undefined ? undefined : new URL(url), tlsPort };
}
