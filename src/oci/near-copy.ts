import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurable } from '../lib/durable-file.ts';
import { isThere } from '../lib/is-there.ts';
import { acceptsAnything } from './accepts-anything.ts';
import { checkMediaTypes, digestOf, parseManifest, type Descriptor } from './image-documents.ts';
import { blobPath } from './image-store.ts';
import { allAuths, type NearRegistries, type NearRequest } from './near-manifest.ts';
import { digestHex } from './paths.ts';
import type { RegistryReference } from './reference.ts';

export interface NearStore {
  root: string;
  /** A private folder on its file system. */
  folder: string;
  policyFile: string | undefined;
}

/** Larger blobs are streamed by skopeo. */
const maxBlobBytes = 4 * 1024 * 1024;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/**
 * Brings the blobs of an OCI image that are not here into the store, as skopeo does: each by rename, once it is on disk and its
 * digest right. Only saves time, for functions, whose own layers are small: undefined where skopeo has to do it, or to say what is wrong.
 */
export async function copyNearImage(
  request: NearRequest,
  bytes: Buffer,
  near: NearRegistries,
  store: NearStore,
): Promise<string | undefined> {
  const { reference, signal } = request;
  if (reference.transport !== 'docker' || !near.hosts.includes(reference.registry)) return undefined;
  if (!(await acceptsAnything(store.policyFile))) return undefined;
  try {
    const manifest = parseManifest(bytes);
    if (manifest.mediaType !== manifestType) return undefined;
    checkMediaTypes(manifest);
    const parts = await missingParts([manifest.config, ...manifest.layers], store.root);
    if (parts.some(({ size }) => size > maxBlobBytes)) return undefined;
    // Also where one of them fails the others end first: they write into the folder, which is the next copy's or gone then.
    const ends = await Promise.allSettled(
      parts.map((part) => fetchPart(part, { ...request, reference }, near, store)),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    const digest = digestOf(bytes);
    await keep(digest, bytes, store);
    return digest;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

async function missingParts(parts: readonly Descriptor[], root: string): Promise<Descriptor[]> {
  const different = [...new Map(parts.map((part) => [part.digest, part])).values()];
  const isHere = await Promise.all(different.map(({ digest }) => isThere(blobPath(root, digest))));
  return different.filter((_, index) => isHere[index] === false);
}

async function fetchPart(
  { digest, size }: Descriptor,
  { reference, auths, signal }: NearRequest & { reference: RegistryReference },
  { client }: NearRegistries,
  store: NearStore,
): Promise<void> {
  const bytes = await client.blob(reference, digest, { auths: allAuths(auths), signal });
  if (bytes?.length !== size || digestOf(bytes) !== digest) throw new Error(`${digest} is another blob`);
  await keep(digest, bytes, store);
}

async function keep(digest: string, bytes: Buffer, { root, folder }: NearStore): Promise<void> {
  const draft = join(folder, digestHex(digest));
  await writeDurable(draft, bytes);
  await rename(draft, blobPath(root, digest));
}
