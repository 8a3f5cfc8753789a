import { isDeepStrictEqual } from 'node:util';
import { imageResource, type StoredImage } from '../api/image.ts';
import type { ImageRoute } from '../api/image-routes.ts';
import { isBeingDeleted } from '../kube/finalizers.ts';
import { formatKey, parseKey, refOf, type ObjectRef } from '../kube/objects.ts';
import { isSamePlace, routesOfImage, type Claim } from './claim.ts';
import { platformHosts } from './platform-hosts.ts';
import type { TriggerParts } from './trigger-parts.ts';
import { refusalOf, type Arbitration } from './refusal.ts';
import { parseTrigger, routeOf } from './trigger-route.ts';

/**
 * Makes `spec.routes` of an Image what its triggers say now, and leaves everything else of it alone: the routes too that
 * its author wrote. Answers the Image, if there is one. Rejects with a conflict where somebody else wrote meanwhile.
 */
export function publishRoutes(
  parts: TriggerParts,
  ref: ObjectRef,
  signal: AbortSignal,
): Promise<StoredImage | undefined> {
  const { images, writtenImages, imageLock, client } = parts;
  const key = formatKey(ref);
  return imageLock.run(key, async () => {
    const known = images.get(ref);
    if (known === undefined) {
      writtenImages.forget(key);
      return undefined;
    }
    const image = writtenImages.latest(known);
    const before = routesOfImage(image);
    const routes = [...before.filter(({ trigger }) => trigger === undefined), ...grantedRoutes(parts, key)];
    if (isDeepStrictEqual(before, routes)) return image;
    const { uid = '', resourceVersion = '' } = image.metadata;
    const options = { preconditions: { uid, resourceVersion }, signal };
    const patch = { spec: { routes: routes.length === 0 ? null : routes } };
    return writtenImages.wrote(image, await client.mergePatch(imageResource, refOf(image), patch, options));
  });
}

/** Of all Images that have a route of the trigger: also of the one that it led to before an edit. */
export async function withdrawRoutes(
  parts: TriggerParts,
  triggerKey: string,
  signal: AbortSignal,
): Promise<void> {
  for (const key of parts.book.imagesWith(triggerKey)) await publishRoutes(parts, parseKey(key), signal);
}

export function arbitrationOf(parts: TriggerParts): Arbitration {
  const { book, functions, images, config } = parts;
  const { sharedHosts } = config.current();
  const exists = (ref: ObjectRef): boolean =>
    images.get(ref) !== undefined || functions.get(ref) !== undefined;
  const hasFunctions = (namespace: string): boolean =>
    [images, functions].some((kind) => kind.list().some(({ metadata }) => metadata.namespace === namespace));
  return {
    book,
    exists,
    hasFunctions,
    isServed: (claim) => isServed(parts, claim),
    platformHosts: hostsOf(parts),
    sharedHosts,
  };
}

function hostsOf({ address, clusterDomain, config }: TriggerParts): string[] {
  const { functionsUrl, dataPlane } = config.current();
  const namespace = dataPlane.namespace ?? config.namespace;
  return platformHosts({ address, functionsUrl, dataPlane: { namespace, config: dataPlane, clusterDomain } });
}

function isServed({ images, writtenImages }: TriggerParts, claim: Claim): boolean {
  const image = images.get({ namespace: claim.namespace, name: claim.functionName });
  if (image === undefined) return false;
  const { name } = parseKey(claim.key);
  return routesOfImage(writtenImages.latest(image)).some(
    (route) => route['trigger'] === name && isSamePlace(route, claim),
  );
}

/** In the order of the triggers' names: the same every time. */
function grantedRoutes(parts: TriggerParts, functionKey: string): ImageRoute[] {
  const keys = [...parts.book.triggersOf(functionKey)].sort();
  return keys.flatMap((key) => grantedRoute(parts, key) ?? []);
}

function grantedRoute(parts: TriggerParts, key: string): ImageRoute | undefined {
  const [claim, stored] = [parts.book.ofTrigger(key), parts.triggers.get(parseKey(key))];
  if (claim === undefined || stored === undefined || isBeingDeleted(stored)) return undefined;
  if (refusalOf(claim, arbitrationOf(parts)) !== undefined) return undefined;
  try {
    return routeOf(parseTrigger(stored, claim.host), claim.host);
  } catch {
    // Its own reconcile says what is wrong with it.
    return undefined;
  }
}
