import type { StoredImage } from '../api/image.ts';
import { httpTriggerResource } from '../api/http-trigger.ts';
import { informerSource, type ControllerSource } from '../kube/controller-source.ts';
import type { Informer } from '../kube/informer.ts';
import type { Change } from '../kube/object-store.ts';
import { keyOf, parseKey, type KubeObject } from '../kube/objects.ts';
import { ownerKeys } from '../kube/owner-references.ts';
import { routesOfImage, type Claim } from './claim.ts';
import { anyFunction, type ClaimBook } from './claim-book.ts';
import type { Watches } from './watches.ts';

type Enqueue = (key: string) => void;

/** Keeps the book, and tells which triggers a change concerns: those too that had to stand back so far, or now have to. */
export function claimSources(watches: Watches, book: ClaimBook): ControllerSource[] {
  const { triggers, functions, images, ingresses, services } = watches;
  return [
    sourceOf(triggers, (change, enqueue) => {
      const key = keyOf(change.object);
      const before = book.ofTrigger(key);
      if (change.type === 'deleted') book.deleteTrigger(change.object);
      else book.setTrigger(change.object);
      enqueue(key);
      if (!isSameSpec(change)) enqueueAround(book, [before, book.ofTrigger(key)], enqueue);
    }),
    sourceOf(images, (change, enqueue) => {
      const key = keyOf(change.object);
      const before = book.ofImage(key);
      if (change.type === 'deleted') book.deleteImage(change.object);
      else book.setImage(change.object);
      for (const trigger of triggersOfImage(change.object, book)) enqueue(trigger);
      if (!isSameSpec(change)) enqueueAround(book, [...before, ...book.ofImage(key)], enqueue);
      if (change.type !== 'modified') enqueueAtAddress(book, key, enqueue);
    }),
    sourceOf(functions, (change, enqueue) => {
      const key = keyOf(change.object);
      for (const trigger of book.triggersOf(key)) enqueue(trigger);
      if (change.type !== 'modified') enqueueAtAddress(book, key, enqueue);
    }),
    informerSource(ingresses, ownerKeys(httpTriggerResource)),
    informerSource(services, (service) => book.triggersOf(keyOf(service))),
  ];
}

function sourceOf<T extends KubeObject>(
  informer: Informer<T>,
  handle: (change: Change<T>, enqueue: Enqueue) => void,
): ControllerSource {
  return {
    synced: () => informer.synced,
    start: (enqueue) => informer.subscribe((change) => handle(change, enqueue)),
  };
}

function enqueueAround(book: ClaimBook, claims: readonly (Claim | undefined)[], enqueue: Enqueue): void {
  const hosts = new Set(claims.flatMap((claim) => (claim === undefined ? [] : [claim.host])));
  for (const host of hosts)
    for (const { kind, key } of book.around(host)) if (kind === 'HTTPTrigger') enqueue(key);
}

/** A function came or went: who names its own host or path is refused or granted, and so are those that stood behind. */
function enqueueAtAddress(book: ClaimBook, functionKey: string, enqueue: Enqueue): void {
  const { namespace = '' } = parseKey(functionKey);
  const concerned = [...book.triggersAt(functionKey), ...book.triggersAt(`${namespace}/${anyFunction}`)];
  const claims = concerned.map((key) => book.ofTrigger(key));
  enqueueAround(book, claims, enqueue);
}

/** Those that lead to an Image, and those that it has routes of. */
function triggersOfImage(object: StoredImage, book: ClaimBook): Set<string> {
  const { namespace = '' } = object.metadata;
  const ofRoutes = routesOfImage(object).flatMap(({ trigger }) =>
    typeof trigger === 'string' ? [`${namespace}/${trigger}`] : [],
  );
  return new Set([...book.triggersOf(keyOf(object)), ...ofRoutes]);
}

/** Only its status or metadata changed: nobody else is concerned. */
function isSameSpec(change: Change<KubeObject>): boolean {
  if (change.type !== 'modified') return false;
  return change.object.metadata.generation === change.previous.metadata.generation;
}
