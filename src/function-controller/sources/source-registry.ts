import { parseKubelessConfig } from '../../api/kubeless-config/kubeless-config.ts';
import { configMaps, namespaces, secrets } from '../../kube/builtin-resources.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { orUndefined } from '../../kube/kube-error.ts';
import type { ObjectRef } from '../../kube/objects.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { RegistryReference } from '../../oci/reference.ts';
import type { RegistryAuths } from '../../oci/registry-auth.ts';
import { RegistryClient, type RegistryAccess } from '../../oci/registry/registry-client.ts';
import { RegistryConnection } from '../../oci/registry/registry-connection.ts';
import { registryTarget, taggedReference } from '../image-build/registry-target.ts';
import { registrySecretName } from '../names.ts';

export interface SourceRegistryOptions {
  client: Pick<KubeClient, 'get'>;
  /** Of kubeless-config. */
  place: ObjectRef;
  /** Credentials of the program itself, weaker than those of a namespace. */
  programAuths: RegistryAuths;
}

/** The repository of a namespace's large sources, as the configuration and the namespace's Secret are now. */
export interface SourceRepository extends AsyncDisposable {
  client: RegistryClient;
  access: RegistryAccess;
  limitBytes: number;
  /** Whether nothing but sources is in it. */
  exclusive: boolean;
  /** By tag: the hexadecimal SHA-256 of a source's content is the one of its newest manifest, see store-source.ts. */
  reference: (tag: string) => RegistryReference;
}

/**
 * Dispose it after use. Throws `not_found` without that namespace, and ReconcileFailure where there is no registry, or no
 * configuration that can be read.
 */
export async function openSourceRepository(
  { client, place, programAuths }: SourceRegistryOptions,
  namespace: string,
  signal: AbortSignal,
): Promise<SourceRepository> {
  const [configMap, secret] = await Promise.all([
    orUndefined(client.get(configMaps, place, { signal })),
    orUndefined(client.get(secrets, { namespace, name: registrySecretName }, { signal })),
    existing(client, namespace, signal),
  ]);
  const config = parseKubelessConfig(configMap?.data);
  const { sources, auths, exclusive } = registryTarget({ namespace, name: 'sources' }, config, secret);
  const connection = new RegistryConnection({
    isInsecure: () => !config.registryTlsVerify,
    certificateAuthority: config.registryCertificateAuthority,
  });
  return {
    client: new RegistryClient(connection),
    access: { auths: new Map([...programAuths, ...auths]), signal },
    limitBytes: config.sourceLimitBytes,
    exclusive,
    reference: (tag) => taggedReference(sources, tag),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

/** What is sent for a namespace that is not there, or no longer, is for nobody. */
async function existing(
  client: SourceRegistryOptions['client'],
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const found = await orUndefined(client.get(namespaces, { name: namespace }, { signal }));
  if (found !== undefined && found.metadata.deletionTimestamp === undefined) return;
  throw new PlatformError('not_found', `There is no namespace ${namespace}, or it is being deleted.`, {
    hint: 'Create it first: sources are kept for the functions of a namespace.',
  });
}
