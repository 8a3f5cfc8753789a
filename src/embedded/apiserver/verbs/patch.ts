import type { KubeObject } from '../../store/stored-object.ts';
import { applyJsonPatch, PatchError } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../patch/strategic-merge-patch.ts';
import { isRecord } from '../schema/structural-schema.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import { badRequest, unprocessable, unsupportedMediaType } from '../status/refusals.ts';
import type { ApiContext } from './api-context.ts';
import { placeInNamespace, type Written } from './create.ts';
import { decodeObject } from './decode-object.ts';
import { mustReadObject, type ResourceRequest } from './resource-request.ts';
import { commitUpdate } from './update.ts';
import type { WriteOptions } from './write-options.ts';

const jsonPatch = 'application/json-patch+json';
const mergePatch = 'application/merge-patch+json';
const strategicMergePatch = 'application/strategic-merge-patch+json';
const applyTypes = ['application/apply-patch+yaml', 'application/apply-patch+cbor'];

/** Patch types of a kind, for refusals and OpenAPI; strategic merge patch needs merge keys, which CRDs do not have. */
export function patchTypes(definition: ResourceDefinition): string[] {
  return [jsonPatch, mergePatch, ...(definition.custom ? [] : [strategicMergePatch])];
}

export interface Patch {
  readonly type: string;
  readonly value: unknown;
}

/** @throws StatusError 415 before the body is read, so that server-side apply gets a clear answer. */
export function requirePatchType(type: string, definition: ResourceDefinition): void {
  const types = patchTypes(definition);
  if (types.includes(type)) return;
  const why = applyTypes.includes(type)
    ? 'this server has no server-side apply; use kubectl apply without --server-side. '
    : '';
  const accepted = types.join(', ');
  throw unsupportedMediaType(
    `${why}the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );
}

/** PATCH of an object or its status, applied to the newest state. @throws StatusError 400, 404, 409, 422 */
export function patchObject(
  context: ApiContext,
  request: ResourceRequest,
  patch: Patch,
  options: WriteOptions,
): Written {
  const { definition } = request;
  const old = mustReadObject(context, request);
  const patched = structuredClone(applyPatch(old, patch, definition));
  const { object: next, warnings } = decodeObject(patched, definition, options.fieldValidation);
  placeInNamespace(next.metadata, request);
  if (next.metadata.name !== request.name) {
    const message = `the name of the object (${next.metadata.name}) does not match the name on the URL (${request.name})`;
    throw badRequest(message);
  }
  const object = commitUpdate(context, request, { next, old, dryRun: options.dryRun });
  return { object, warnings: [...warnings, ...(definition.hooks.warnings?.(object) ?? [])] };
}

function applyPatch(old: KubeObject, { type, value }: Patch, definition: ResourceDefinition): unknown {
  try {
    if (type === jsonPatch) return applyJsonPatch(old, value);
    if (!isRecord(value))
      throw new PatchError('malformed', 'error decoding patch: the patch must be one object');
    if (type === mergePatch) return applyMergePatch(old, value);
    return applyStrategicMergePatch(old, value, definition.schema);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw error.kind === 'malformed' ? badRequest(error.message) : unprocessable(error.message);
  }
}
