import { isDeepStrictEqual } from 'node:util';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** RFC 7396: what `target` becomes when `patch` is merged into it. */
export function applyMergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else if (value !== undefined) result.set(key, applyMergePatch(result.get(key), value));
  }
  return Object.fromEntries(result);
}

/**
 * The merge patch that brings `live` to what `desired` says; undefined if it is there already.
 * Keys of `lastApplied` that `desired` no longer has are removed; keys that only `live` has (defaults, other writers') stay.
 */
export function threeWayPatch(
  lastApplied: JsonObject,
  desired: JsonObject,
  live: JsonObject,
): JsonObject | undefined {
  const gone = Object.keys(lastApplied).filter(
    (key) => lastApplied[key] !== undefined && desired[key] === undefined,
  );
  const removed = gone
    .filter((key) => live[key] !== undefined)
    .map((key): [string, JsonValue] => [key, null]);
  const changed = Object.entries(desired).flatMap(([key, value]) => {
    const patch = value === undefined ? undefined : patchValue(lastApplied[key], value, live[key]);
    return patch === undefined ? [] : [[key, patch] as const];
  });
  return removed.length + changed.length === 0 ? undefined : Object.fromEntries([...removed, ...changed]);
}

function patchValue(
  last: JsonValue | undefined,
  desired: JsonValue,
  live: JsonValue | undefined,
): JsonValue | undefined {
  if (desired === null) return live === undefined ? undefined : null;
  if (isObject(desired)) {
    if (!isObject(live)) return desired;
    return threeWayPatch(isObject(last) ? last : {}, desired, live);
  }
  if (isArray(desired))
    return isDeepStrictEqual(last, desired) && covers(live, desired) ? undefined : arrayPatch(desired, live);
  return desired === live ? undefined : desired;
}

function arrayPatch(desired: readonly JsonValue[], live: JsonValue | undefined): JsonValue | undefined {
  return isDeepStrictEqual(desired, live) ? undefined : desired;
}

/**
 * Whether `live` is `desired` plus what the API server filled in: a list of containers comes back with a dozen defaults
 * each, and must not be sent again for ever.
 */
function covers(live: JsonValue | undefined, desired: JsonValue | undefined): boolean {
  if (desired === undefined) return true;
  if (isArray(desired))
    return (
      isArray(live) && live.length === desired.length && desired.every((item, i) => covers(live[i], item))
    );
  if (!isObject(desired)) return live === desired;
  return isObject(live) && Object.entries(desired).every(([key, value]) => covers(live[key], value));
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
