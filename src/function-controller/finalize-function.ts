import { functionFinalizer, functionResource, type StoredFunction } from '../api/function.ts';
import type { BuildRecord } from '../api/function-status.ts';
import { removeFinalizer } from '../kube/finalizers.ts';
import { keyOf } from '../kube/objects.ts';
import { errorMessage } from '../lib/errors.ts';
import type { ControllerParts } from './controller-parts.ts';
import { registryTarget } from './image-build/registry-target.ts';
import { registrySecretName } from './names.ts';

/** Deletes all that was made for a Function, then lets it go. */
export async function finalizeFunction(
  parts: ControllerParts,
  object: StoredFunction,
  signal: AbortSignal,
): Promise<void> {
  const { name = '', namespace = '', uid = '' } = object.metadata;
  const ref = { namespace, name };
  await Promise.all([
    parts.images.delete(ref, uid, signal),
    parts.services.delete(ref, uid, signal),
    parts.jobs.deleteAll({ ...object.metadata, namespace, name }, signal),
  ]);
  await removeImages(parts, object, object.status?.builds ?? [], signal);
  await removeFinalizer(parts.client, functionResource, object, functionFinalizer);
  parts.written.forget(keyOf(object));
}

const removalLimitMs = 10_000;

/**
 * Removes builds from the registry, where it is this function's own place and the registry does such things. Best effort:
 * no registry may keep a Function from being deleted.
 */
export async function removeImages(
  parts: Pick<ControllerParts, 'settings' | 'registrySecrets' | 'programAuths' | 'log'>,
  { metadata }: StoredFunction,
  builds: readonly BuildRecord[],
  signal: AbortSignal,
): Promise<void> {
  if (builds.length === 0) return;
  const { settings, registrySecrets, programAuths, log } = parts;
  const { name = '', namespace = '' } = metadata;
  try {
    const { config, registry } = settings.current();
    const secret = registrySecrets.get({ namespace, name: registrySecretName });
    const target = registryTarget({ namespace, name }, config, secret);
    if (!target.exclusive) return;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(removalLimitMs)]);
    const own = builds.filter(({ image }) => image.startsWith(`docker://${target.repository}@`));
    const auths = new Map([...programAuths, ...target.auths]);
    for (const { image } of own) await registry.remove(image, auths, limit);
  } catch (error) {
    log.warn({ namespace, name, reason: errorMessage(error) }, 'images of a function stay in the registry');
  }
}
