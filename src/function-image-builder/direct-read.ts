import { digestOf, isIndex, parseIndex, parseManifest } from '../oci/image-documents.ts';
import { choosePlatform } from '../oci/platform.ts';
import type { RegistryReference } from '../oci/reference.ts';
import { repositoryPath, type RegistrySession } from './registry-session.ts';

export interface ReadDocuments {
  /** Of the manifest for this architecture. */
  digest: string;
  manifest: Buffer;
  config: Buffer;
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** What an image is made of, without its layers. Only saves time: undefined where skopeo has to be asked. */
export async function readDirectly(
  reference: RegistryReference,
  architecture: string,
  session: RegistrySession,
): Promise<ReadDocuments | undefined> {
  try {
    const first = await readManifest(reference, reference.digest ?? reference.tag ?? 'latest', session);
    if (first === undefined) return undefined;
    const digest = isIndex(first) ? choosePlatform(parseIndex(first), architecture) : digestOf(first);
    const manifest = isIndex(first) ? await readManifest(reference, digest, session) : first;
    if (manifest === undefined) return undefined;
    const { config: described } = parseManifest(manifest);
    const path = `${repositoryPath(reference)}/blobs/${described.digest}`;
    const { status, body } = await session.send({ method: 'GET', path });
    return status === 200 ? { digest, manifest, config: body } : undefined;
  } catch {
    // skopeo says what is wrong in its own words.
    return undefined;
  }
}

async function readManifest(
  reference: RegistryReference,
  version: string,
  session: RegistrySession,
): Promise<Buffer | undefined> {
  const path = `${repositoryPath(reference)}/manifests/${version}`;
  const { status, body } = await session.send({ method: 'GET', path, headers: { accept: manifestTypes } });
  const isRight = !version.startsWith('sha256:') || digestOf(body) === version;
  return status === 200 && isRight ? body : undefined;
}
