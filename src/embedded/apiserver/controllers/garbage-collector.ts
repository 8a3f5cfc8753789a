import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ObjectKey, OwnerReference } from '../../store/stored-object.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import type { ApiContext } from '../verbs/api-context.ts';
import { deleteObject, foregroundFinalizer, orphanFinalizer } from '../verbs/delete.ts';
import { decodeStored } from '../verbs/resource-request.ts';
import { modifyObject } from '../verbs/update.ts';
import type { Controller, ObservedChange } from './controller.ts';
import { oneOf } from './internal-request.ts';

interface Found {
  readonly definition: ResourceDefinition;
  readonly object: KubeObject;
}

/**
 * Garbage collection by owner references (https://kubernetes.io/docs/concepts/architecture/garbage-collection/):
 * dependents of owners that are gone go too; `orphan` and `foregroundDeletion` finalizers are carried out.
 */
export class GarbageCollector implements Controller {
  readonly name = 'garbage-collector';
  readonly #context: ApiContext;
  /** Dependents whose owners have to be checked, by a text of their key. */
  readonly #dependents = new Map<string, ObjectKey>();
  /** uids of owners that may be ready to go. */
  readonly #owners = new Set<string>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  resume(): void {
    for (const uid of this.#context.store.uidsBeingDeleted()) this.#owners.add(uid);
    for (const key of this.#context.store.orphanedDependents()) this.#check(key);
  }

  observe({ type, key, object, previous }: ObservedChange): boolean {
    const owners = ownersToCheck({ type, object, previous });
    if (type === 'DELETED') {
      for (const dependent of this.#context.store.dependentsOf(String(object.metadata.uid)))
        this.#check(dependent);
    } else {
      if (owners.length > 0) this.#check(key);
      if (object.metadata.deletionTimestamp !== undefined) this.#owners.add(String(object.metadata.uid));
    }
    for (const { uid } of owners) this.#owners.add(uid);
    return this.#dependents.size + this.#owners.size > 0;
  }

  run(): void {
    const owners = [...this.#owners];
    const dependents = [...this.#dependents.values()];
    this.#owners.clear();
    this.#dependents.clear();
    for (const uid of owners) this.#finishOwner(uid);
    for (const key of dependents) this.#collect(key);
  }

  #check(key: ObjectKey): void {
    this.#dependents.set(`${key.resource} ${key.path}`, key);
  }

  #load(key: ObjectKey): Found | undefined {
    const definition = this.#context.registry.findByStorage(key.resource);
    const body = this.#context.store.get(key);
    return definition && body !== undefined
      ? { definition, object: decodeStored(definition, body) }
      : undefined;
  }

  /** Deletes an object of which no owner is left; drops references to missing owners from one that has others. */
  #collect(key: ObjectKey): void {
    const found = this.#load(key);
    if (!found || found.object.metadata.deletionTimestamp !== undefined) return;
    const owners = found.object.metadata.ownerReferences ?? [];
    const solid = owners.filter((owner) => this.#exists(owner, found.object));
    if (solid.length === owners.length) return;
    if (solid.length > 0) {
      this.#setOwners(found, solid);
      return;
    }
    const uid = String(found.object.metadata.uid);
    deleteObject(this.#context, oneOf(found.definition, found.object), {
      dryRun: false,
      uid,
      propagation: 'Background',
    });
  }

  /** An owner lives in the same namespace or in none. */
  #exists(owner: OwnerReference, dependent: KubeObject): boolean {
    const body = this.#context.store.findByUid(owner.uid)?.body;
    if (body === undefined) return false;
    const { metadata } = JSON.parse(body) as KubeObject;
    return metadata.namespace === undefined || metadata.namespace === dependent.metadata.namespace;
  }

  #finishOwner(uid: string): void {
    const key = this.#context.store.findByUid(uid)?.key;
    const found = key && this.#load(key);
    if (!found || found.object.metadata.deletionTimestamp === undefined) return;
    const finalizers = found.object.metadata.finalizers ?? [];
    if (finalizers.includes(orphanFinalizer)) {
      for (const dependent of this.#context.store.dependentsOf(uid)) this.#orphan(dependent, uid);
      this.#dropFinalizer(found, orphanFinalizer);
    } else if (finalizers.includes(foregroundFinalizer) && this.#deleteDependents(uid)) {
      this.#dropFinalizer(found, foregroundFinalizer);
    }
  }

  #orphan(key: ObjectKey, uid: string): void {
    const found = this.#load(key);
    if (found)
      this.#setOwners(
        found,
        (found.object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid),
      );
  }

  /** True when no dependent that blocks the owner is left. */
  #deleteDependents(uid: string): boolean {
    const dependents = this.#context.store.dependentsOf(uid).flatMap((key) => this.#load(key) ?? []);
    const blocking = dependents.filter(({ definition, object }) => {
      const owner = object.metadata.ownerReferences?.find((reference) => reference.uid === uid);
      const hasDependents = this.#context.store.dependentsOf(String(object.metadata.uid)).length > 0;
      const propagation = hasDependents ? 'Foreground' : 'Background';
      const { removed } = deleteObject(this.#context, oneOf(definition, object), {
        dryRun: false,
        propagation,
      });
      return !removed && owner?.blockOwnerDeletion === true;
    });
    return blocking.length === 0;
  }

  #setOwners({ definition, object }: Found, owners: readonly OwnerReference[]): void {
    modifyObject(this.#context, oneOf(definition, object), ({ metadata }) => {
      delete metadata.ownerReferences;
      if (owners.length > 0) metadata.ownerReferences = [...owners];
    });
  }

  #dropFinalizer({ definition, object }: Found, finalizer: string): void {
    modifyObject(this.#context, oneOf(definition, object), ({ metadata }) => {
      metadata.finalizers = (metadata.finalizers ?? []).filter((name) => name !== finalizer);
    });
  }
}

/** An edit that leaves the owners as they were has nothing to collect: what becomes of them is a change of theirs. */
function ownersToCheck({ type, object, previous }: Omit<ObservedChange, 'key'>): OwnerReference[] {
  const [now, before] = [object, previous].map((version) => version?.metadata.ownerReferences ?? []);
  return type === 'MODIFIED' && isDeepStrictEqual(now, before) ? [] : [...(now ?? []), ...(before ?? [])];
}
