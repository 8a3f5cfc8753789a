import { PlatformError } from '../lib/errors.ts';
import type { KubeClient, PatchOptions } from './client-types.ts';
import { isAlreadyExists, orUndefined } from './kube-error.ts';
import { applyMergePatch, threeWayPatch, type JsonObject } from './merge-patch.ts';
import { refOf, type KubeObject } from './objects.ts';
import type { Resource } from './resource.ts';

/** Remembers what we wrote, so that a field that we drop is removed and one that others set stays. */
export const lastAppliedAnnotation = 'kontain.app/last-applied';

export type ApplyResult = 'created' | 'patched' | 'unchanged';

export interface Applied<T> {
  /** `patched`: a patch was sent, be it for our own record only, or for what the API server stores as it was. */
  result: ApplyResult;
  object: T;
  /** As it was; undefined if it was created. */
  before?: T;
}

type ApplyClient = Pick<KubeClient, 'get' | 'create' | 'mergePatch'>;

/**
 * Creates `desired`, or patches what differs from it; asks the API server for nothing more if nothing does. Leave `status`
 * out; what is null in it is not to be there, whoever set it. Rejects with a conflict where another object took the name in between.
 */
export async function apply<T extends KubeObject>(
  client: ApplyClient,
  resource: Resource<T>,
  desired: T,
  options: { signal?: AbortSignal } = {},
): Promise<Applied<T>> {
  const wanted = annotated(desired);
  const live = await orUndefined(client.get(resource, refOf(desired), options));
  if (live !== undefined) return patchExisting(client, resource, { wanted, live }, options);
  try {
    const fresh = withoutNulls(wanted) as typeof wanted;
    return { result: 'created', object: await client.create(resource, fresh, options) };
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const winner = await client.get(resource, refOf(desired), options);
    return patchExisting(client, resource, { wanted, live: winner }, options);
  }
}

async function patchExisting<T extends KubeObject>(
  client: ApplyClient,
  resource: Resource<T>,
  { wanted, live }: { wanted: T; live: T },
  options: PatchOptions,
): Promise<Applied<T>> {
  const patch = threeWayPatch(lastApplied(live), toJson(wanted), toJson(live));
  if (patch === undefined) return { result: 'unchanged', object: live, before: live };
  const { uid } = live.metadata;
  const preconditions = uid === undefined ? {} : { uid };
  const object = await client.mergePatch(resource, refOf(live), patch, { ...options, preconditions });
  return { result: 'patched', object, before: live };
}

function annotated<T extends KubeObject>(desired: T): T {
  if (desired.metadata.name === undefined)
    throw new PlatformError('internal', 'apply needs a name: generateName makes another object each time');
  const { annotations } = desired.metadata;
  const record = JSON.stringify(withoutNulls(desired));
  return {
    ...desired,
    metadata: { ...desired.metadata, annotations: { ...annotations, [lastAppliedAnnotation]: record } },
  };
}

/** Somebody may have written anything into the annotation; then nothing is removed. */
function lastApplied({ metadata }: KubeObject): JsonObject {
  try {
    const value: unknown = JSON.parse(metadata.annotations?.[lastAppliedAnnotation] ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}

function withoutNulls(object: KubeObject): unknown {
  return applyMergePatch({}, toJson(object));
}

/** As it goes over the wire: without keys whose value is undefined. */
function toJson(object: KubeObject): JsonObject {
  return JSON.parse(JSON.stringify(object)) as JsonObject;
}
