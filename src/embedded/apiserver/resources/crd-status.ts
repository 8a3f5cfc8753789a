import type { JsonObject, KubeObject } from '../../store/stored-object.ts';
import { isRecord } from '../schema/structural-schema.ts';
import type { CrdNames, CrdSpec } from './crd-types.ts';

/** Keeps a definition until its objects are gone (`controllers/crd-controller.ts`). */
export const crdFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export function crdSpec(crd: KubeObject): CrdSpec {
  return crd['spec'] as CrdSpec;
}

/** Names with the defaults filled in. */
export function completeNames(names: CrdNames): Required<CrdNames> {
  const { plural, kind, singular, listKind, shortNames = [], categories = [] } = names;
  return {
    plural,
    kind,
    shortNames,
    categories,
    singular: singular || kind.toLowerCase(),
    listKind: listKind || `${kind}List`,
  };
}

function fillDefaults(crd: KubeObject): void {
  const spec = crd['spec'];
  if (!isRecord(spec)) return;
  spec['conversion'] ??= { strategy: 'None' };
  const names = spec['names'];
  if (!isRecord(names) || typeof names['kind'] !== 'string') return;
  names['singular'] ||= names['kind'].toLowerCase();
  names['listKind'] ||= `${names['kind']}List`;
}

/**
 * Names of a new definition are accepted at once: `validation/crd.ts` has refused clashes, and this server has no other
 * writer to agree with. Upstream's controllers do the same a moment later.
 */
export function prepareCrd(crd: KubeObject, now: string): void {
  fillDefaults(crd);
  crd.metadata.finalizers = [...new Set([...(crd.metadata.finalizers ?? []), crdFinalizer])];
  crd['status'] = establishedStatus(crd, now);
}

export function prepareCrdUpdate(crd: KubeObject, old: KubeObject, now: string): void {
  fillDefaults(crd);
  const storage = storageVersion(crd);
  const status = isRecord(old['status']) ? old['status'] : establishedStatus(crd, now);
  const stored = Array.isArray(status['storedVersions']) ? status['storedVersions'] : [];
  const names = isRecord(crd['spec']) ? crd['spec']['names'] : undefined;
  crd['status'] = { ...status, acceptedNames: names, storedVersions: [...new Set([...stored, ...storage])] };
}

function storageVersion(crd: KubeObject): string[] {
  const versions = isRecord(crd['spec']) ? crd['spec']['versions'] : undefined;
  if (!Array.isArray(versions)) return [];
  return versions
    .filter((version) => isRecord(version) && version['storage'] === true)
    .map((version) => String(version.name));
}

function establishedStatus(crd: KubeObject, now: string): JsonObject {
  const condition = (type: string, reason: string, message: string): JsonObject => {
    return { type, status: 'True', lastTransitionTime: now, reason, message };
  };
  return {
    acceptedNames: isRecord(crd['spec']) ? crd['spec']['names'] : {},
    storedVersions: storageVersion(crd),
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
  };
}
