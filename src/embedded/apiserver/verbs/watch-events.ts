import type { Change, KubeObject } from '../../store/stored-object.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import { isEverything, isSelected, type Selection } from './list-options.ts';
import { decodeStored } from './resource-request.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

export interface WatchScope {
  readonly definition: ResourceDefinition;
  /** Empty for all namespaces. */
  readonly namespace: string;
  readonly wanted: Selection;
}

/**
 * What a watch with a selector says about a change: an object that comes into the selection is ADDED, one that leaves it
 * is DELETED (in its last selected state, at the revision of the change).
 */
export function toWatchEvent(change: Change, scope: WatchScope): WatchEvent | undefined {
  if (!isInScope(change, scope)) return undefined;
  const { definition, wanted } = scope;
  const object = decodedOnce(change, definition);
  if (isEverything(wanted)) return { type: change.type, object };
  const previous = change.previous === undefined ? undefined : decodeStored(definition, change.previous);
  const was = previous !== undefined && isSelected(previous, wanted);
  if (change.type !== 'DELETED' && isSelected(object, wanted))
    return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was) return undefined;
  const last = change.type === 'DELETED' ? object : previous;
  return { type: 'DELETED', object: withRevision(last, change.revision) };
}

/** Several watches see each change, most of them in the same version. */
const decoded = new WeakMap<Change, Map<ResourceDefinition, KubeObject>>();

/** Shared between watches: it is shown, and never changed. */
function decodedOnce(change: Change, definition: ResourceDefinition): KubeObject {
  const versions = decoded.get(change) ?? new Map<ResourceDefinition, KubeObject>();
  const object = versions.get(definition) ?? decodeStored(definition, change.object);
  decoded.set(change, versions.set(definition, object));
  return object;
}

function isInScope({ key }: Change, { definition, namespace }: WatchScope): boolean {
  return key.resource === definition.storage && (namespace === '' || key.path.startsWith(`${namespace}/`));
}

function withRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
