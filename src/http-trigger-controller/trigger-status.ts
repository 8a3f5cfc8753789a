import type { StoredFunction } from '../api/function.ts';
import type { ImageStatus, StoredImage } from '../api/image.ts';
import type { ImageRoute } from '../api/image-routes.ts';
import { findCondition } from '../kube/conditions.ts';
import type { Condition } from '../kube/objects.ts';
import type { ReadyReport } from '../kube/ready-status.ts';

/** Of a trigger whose route was handed to the Image of its function, if there is one yet. */
export function servedReport(
  route: ImageRoute,
  { image, object }: { image: StoredImage | undefined; object: StoredFunction | undefined },
): ReadyReport {
  const why =
    image === undefined ? `It has no image yet. ${object?.status?.message ?? ''}` : whyNotServed(image);
  if (why !== undefined) return notReady(why);
  return image === undefined || !knowsRoutes(image) ? publishing : (problemOf(route, image) ?? ready);
}

const publishing: ReadyReport = {
  state: 'underway',
  reason: 'Publishing',
  message: 'The nodes take the route over.',
  isNoted: false,
};
const ready: ReadyReport = {
  state: 'ready',
  reason: 'Ready',
  message: 'Requests for it go to the function.',
};

function whyNotServed({ status = {} }: StoredImage): string | undefined {
  if (isServed(status)) return undefined;
  return conditionOf(status, 'Ready')?.message ?? 'The nodes fetch its image.';
}

function knowsRoutes({ metadata, status = {} }: StoredImage): boolean {
  return conditionOf(status, 'RoutesReady')?.observedGeneration === metadata.generation;
}

/** Somewhere, perhaps in an older version. */
function isServed({ nodes = {} }: ImageStatus): boolean {
  return Object.values(nodes).some(({ ready }) => ready);
}

function conditionOf({ conditions }: ImageStatus, type: string): Condition | undefined {
  return findCondition(conditions as readonly Condition[] | undefined, type);
}

function problemOf(route: ImageRoute, { status }: StoredImage): ReadyReport | undefined {
  const found = status?.routeProblems?.find(({ host, path }) => host === route.host && path === route.path);
  return found && { state: 'failed', reason: found.reason, message: found.message };
}

function notReady(why: string): ReadyReport {
  const message = `The function cannot be called yet: ${why}`.trim();
  return { state: 'underway', reason: 'FunctionNotReady', message, isNoted: false };
}
