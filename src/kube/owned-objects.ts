import { apply, type Applied } from './apply.ts';
import type { KubeClient } from './client-types.ts';
import type { Informer } from './informer.ts';
import { isNotFound, KubeError, orUndefined } from './kube-error.ts';
import { controllerOf } from './owner-references.ts';
import { refOf, type KubeObject, type ObjectRef } from './objects.ts';
import { ReconcileFailure } from './reconcile-failure.ts';
import type { Resource } from './resource.ts';

/** Whether an object was made for the owner of that uid; Kubeless' own children say so too. */
export function isOwnedBy({ metadata }: KubeObject, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
}

export interface OwnedWriterOptions<T extends KubeObject> {
  client: KubeClient;
  resource: Resource<T>;
  informer: Pick<Informer<T>, 'get'>;
  /** Kind of the objects that they belong to. */
  owner: Pick<Resource, 'kind'>;
}

/** Writes and deletes the objects of one kind that belong to those of another; others' are never touched. */
export class OwnedObjects<T extends KubeObject> {
  readonly #options: OwnedWriterOptions<T>;

  constructor(options: OwnedWriterOptions<T>) {
    this.#options = options;
  }

  /** As the watch has it. */
  seen(ref: ObjectRef): T | undefined {
    return this.#options.informer.get(ref);
  }

  /** As `apply`. Rejects with ReconcileFailure where an object of that name belongs to somebody else. */
  apply(desired: T, ownerUid: string, signal: AbortSignal): Promise<Applied<T>> {
    const { client, resource, informer } = this.#options;
    let isFirst = true;
    const get = async (_: unknown, ref: ObjectRef): Promise<never> => {
      // What the watch has brought is enough to begin with; where it is old, the API server says so and is asked.
      const fromWatch = isFirst;
      isFirst = false;
      const live = fromWatch ? known(informer.get(ref)) : await client.get(resource, ref, { signal });
      this.#refuseForeign(live, ownerUid);
      return live as never;
    };
    const reader = {
      get,
      create: client.create.bind(client),
      mergePatch: client.mergePatch.bind(client),
    };
    return apply(reader, resource, desired, { signal });
  }

  /** Rejects with ReconcileFailure where the object of that name, if there is one, belongs to somebody else. */
  async requireOwn(ref: ObjectRef, ownerUid: string, signal: AbortSignal): Promise<void> {
    const { client, resource } = this.#options;
    const live = await orUndefined(client.get(resource, ref, { signal }));
    if (live !== undefined) this.#refuseForeign(live, ownerUid);
  }

  /** Deletes the object of that name if it belongs to that owner. */
  async delete(ref: ObjectRef, ownerUid: string, signal: AbortSignal): Promise<void> {
    const { client, resource } = this.#options;
    const live = await orUndefined(client.get(resource, ref, { signal }));
    if (live === undefined || !isOwnedBy(live, ownerUid)) return;
    await this.deleteObject(live, signal);
  }

  /** Deletes just this object: not one that has taken its name since. */
  async deleteObject(object: T, signal: AbortSignal): Promise<void> {
    const { client, resource } = this.#options;
    const { uid } = object.metadata;
    const preconditions = uid === undefined ? {} : { uid };
    try {
      await client.delete(resource, refOf(object), {
        preconditions,
        propagationPolicy: 'Background',
        signal,
      });
    } catch (error) {
      if (!isNotFound(error) && !(error instanceof KubeError && error.httpStatus === 409)) throw error;
    }
  }

  #refuseForeign(live: T, ownerUid: string): void {
    if (isOwnedBy(live, ownerUid)) return;
    const { resource, owner } = this.#options;
    const { name = '', namespace = '' } = live.metadata;
    const message = `Found a conflicting ${resource.kind.toLowerCase()} object ${namespace}/${name}, which is not this ${owner.kind}'s. Delete it, or give the ${owner.kind} another name.`;
    // What an earlier owner of the name left is being collected; others may stay for ever.
    const isLeftOver = controllerOf(live)?.kind === owner.kind;
    throw new ReconcileFailure('Conflict', message, { retry: isLeftOver ? true : conflictRetryMs });
  }
}

/** Objects of others are not watched. */
const conflictRetryMs = 60_000;

function known<T>(object: T | undefined): T {
  if (object === undefined) throw new KubeError(404, 'not seen', { reason: 'NotFound' });
  return object;
}
