import { httpTriggerResource } from '../api/http-trigger.ts';
import { imageResource } from '../api/image.ts';
import type { ControllerContext } from '../controllers/controller.ts';
import { FollowedConfig } from '../controllers/followed-config.ts';
import { runController, type ControllerMetrics } from '../kube/controller.ts';
import { EventRecorder } from '../kube/events.ts';
import { keyOf } from '../kube/objects.ts';
import { OwnedObjects } from '../kube/owned-objects.ts';
import { ingresses as ingressResource, services as serviceResource } from '../kube/workload-resources.ts';
import { WrittenObjects } from '../kube/written-objects.ts';
import { whenAborted } from '../lib/abort.ts';
import { KeyedLock } from '../lib/keyed-lock.ts';
import { ClaimBook } from './claim-book.ts';
import { claimSources } from './claim-source.ts';
import type { ControllerParts } from './controller-parts.ts';
import { reconcileTrigger } from './reconcile-trigger.ts';
import { startWatches, type Watches } from './watches.ts';

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
  const { client, clock, random, log, place, config } = options;
  const watching = { client, clock, random, log };
  await using followed = new FollowedConfig({ ...watching, place });
  await Promise.race([followed.synced, whenAborted(signal)]);
  if (signal.aborted) return;
  await using watches = startWatches({ ...watching, ...followed.scope() });
  options.state.lastSignOfLife = () => watches.triggers.lastSignOfLife();
  const events = new EventRecorder({ client, component: 'http-trigger-controller', clock, log });
  const parts = assemble(options, { watches, followed, events });
  const allKeys = () => watches.triggers.list().map(keyOf);
  const controller = {
    name: 'http-trigger',
    reconcile: reconcileTrigger(parts),
    sources: [...claimSources(watches, parts.book), followed.source(allKeys)],
    concurrency: config.KONTAIN_CONTROLLER_CONCURRENCY,
    metrics: options.metrics,
  };
  await runController(
    { ...controller, clock, random, log, backoffBaseMs: 200, backoffCapMs: 5 * 60_000 },
    signal,
  );
  await events.flush();
}

function assemble(
  { client, config, clock }: LeadOptions,
  { watches, followed, events }: { watches: Watches; followed: FollowedConfig; events: EventRecorder },
): ControllerParts {
  const { triggers, functions, images, ingresses, services } = watches;
  const { KONTAIN_PUBLIC_URL: url, KONTAIN_PUBLIC_TLS_PORT: tlsPort } = config;
  const address = { url: url === undefined ? undefined : new URL(url), tlsPort };
  return {
    client,
    triggers,
    functions,
    images,
    written: new WrittenObjects(),
    writtenImages: new WrittenObjects(),
    imageLock: new KeyedLock(),
    ingresses: new OwnedObjects({
      client,
      resource: ingressResource,
      informer: ingresses,
      owner: httpTriggerResource,
    }),
    services: new OwnedObjects({
      client,
      resource: serviceResource,
      informer: services,
      owner: imageResource,
    }),
    book: new ClaimBook(address),
    config: followed,
    clusterDomain: config.KONTAIN_CLUSTER_DOMAIN,
    address,
    events,
    clock,
  };
}
