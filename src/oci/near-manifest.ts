import { digestOf } from './image-documents.ts';
import type { ImageReference } from './reference.ts';
import type { RegistryAuths } from './registry-auth.ts';
import type { RegistryClient } from './registry/registry-client.ts';

export interface NearRegistries {
  client: RegistryClient;
  /** Those that the configuration names: they are of this network, and skopeo knows no mirror of theirs. */
  hosts: readonly string[];
}

export interface NearRequest {
  reference: ImageReference;
  /** Later credentials for a registry win. */
  auths: readonly RegistryAuths[];
  signal: AbortSignal;
}

/**
 * The bytes of the manifest or index that a reference leads to. Only saves time: undefined where skopeo has to be asked, which
 * says in its own words what is wrong.
 */
export async function readNearManifest(
  { reference, auths, signal }: NearRequest,
  { client, hosts }: NearRegistries,
): Promise<Buffer | undefined> {
  if (reference.transport !== 'docker' || !hosts.includes(reference.registry)) return undefined;
  const bytes = await client.manifest(reference, { auths: allAuths(auths), signal }).catch(() => undefined);
  signal.throwIfAborted();
  const isRight = bytes !== undefined && (reference.digest === null || digestOf(bytes) === reference.digest);
  return isRight ? bytes : undefined;
}

export function allAuths(auths: NearRequest['auths']): RegistryAuths {
  return new Map(auths.flatMap((some) => [...some]));
}
