import { isDeepStrictEqual } from 'node:util';
import type { StoredFunction } from '../api/function.ts';
import type { HttpTriggerStatus, StoredHttpTrigger } from '../api/http-trigger.ts';
import type { ImageStatus, StoredImage } from '../api/image.ts';
import type { ImageRoute } from '../api/image-routes.ts';
import { findCondition, setCondition } from '../kube/conditions.ts';
import type { Condition } from '../kube/objects.ts';

/** Where a trigger stands. */
export interface Report {
  /** `Ready`, on the way there, or what is wrong. */
  reason: string;
  message: string;
  /** Where the function is called; left out where that is not known. */
  url?: string | undefined;
}

type Patch = { [K in keyof HttpTriggerStatus]: HttpTriggerStatus[K] | null };

/** The merge patch for the status, or null where it would change nothing. */
export function statusPatch(
  { metadata, status = {} }: StoredHttpTrigger,
  { reason, message: text, url }: Report,
  nowMs: number,
): { status: Patch } | null {
  const { generation = 0 } = metadata;
  const message = text.slice(0, 32_000);
  const isReady = reason === 'Ready';
  const before = status.conditions as readonly Condition[] | undefined;
  const conditions = setCondition(
    before,
    { type: 'Ready', status: isReady ? 'True' : 'False', reason, message, observedGeneration: generation },
    nowMs,
  );
  const wanted: Patch = {
    observedGeneration: generation,
    conditions: [...conditions],
    message,
    url: url ?? null,
  };
  const changed = Object.entries(wanted).filter(([key, value]) => {
    const old = status[key as keyof HttpTriggerStatus];
    return value === null ? old !== undefined : !isDeepStrictEqual(old, value);
  });
  return changed.length === 0 ? null : { status: Object.fromEntries(changed) };
}

/** Of a trigger whose route was handed to the Image of its function, if there is one yet. */
export function servedReport(
  route: ImageRoute,
  { image, object }: { image: StoredImage | undefined; object: StoredFunction | undefined },
): Report {
  const why =
    image === undefined ? `It has no image yet. ${object?.status?.message ?? ''}` : whyNotServed(image);
  if (why !== undefined) return notReady(why);
  return image === undefined || !knowsRoutes(image) ? publishing : (problemOf(route, image) ?? ready);
}

const publishing: Report = { reason: 'Publishing', message: 'The nodes take the route over.' };
const ready: Report = { reason: 'Ready', message: 'Requests for it go to the function.' };

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

function problemOf(route: ImageRoute, { status }: StoredImage): Report | undefined {
  const found = status?.routeProblems?.find(({ host, path }) => host === route.host && path === route.path);
  return found && { reason: found.reason, message: found.message };
}

function notReady(why: string): Report {
  return { reason: 'FunctionNotReady', message: `The function cannot be called yet: ${why}`.trim() };
}
