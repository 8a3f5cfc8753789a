import { PlatformError } from '../lib/errors.ts';
import { digestOf, isIndex, parseConfig, parseIndex, parseManifest } from '../oci/image-documents.ts';
import { choosePlatform } from '../oci/platform.ts';
import type { ImageReference } from '../oci/reference.ts';
import type { SkopeoOptions, SkopeoRun } from '../oci/skopeo.ts';
import { readDirectly, type ReadDocuments } from './direct-read.ts';
import type { BaseImage } from './layered-image.ts';
import type { RegistrySession } from './registry-session.ts';

export interface ResolvedBase extends BaseImage {
  /** Leads to exactly this manifest, wherever the tag moves. */
  reference: ImageReference;
}

export interface ReadOptions {
  run: SkopeoRun;
  skopeo: SkopeoOptions;
  session: RegistrySession;
}

/** Reads what an image is made of, without its layers; of an index the manifest for this architecture. */
export async function resolveBase(reference: ImageReference, options: ReadOptions): Promise<ResolvedBase> {
  const { digest, manifest: bytes, config } = await readDocuments(reference, options);
  const pinned = reference.transport === 'docker' ? { ...reference, digest } : reference;
  const manifest = parseManifest(bytes);
  if (digestOf(config) === manifest.config.digest)
    return { manifest, config: parseConfig(config), reference: pinned };
  throw new PlatformError('not_ready', 'The registry sends another configuration than the base image has.', {
    hint: 'Push the runtime image again.',
  });
}

async function readDocuments(
  reference: ImageReference,
  { run, skopeo, session }: ReadOptions,
): Promise<ReadDocuments> {
  if (reference.transport === 'docker' && reference.registry === session.registry) {
    const known = await readDirectly(reference, skopeo.architecture, session);
    if (known !== undefined) return known;
  }
  const { inspectConfig, inspectManifest } = await import('../oci/skopeo.ts');
  const first = await inspectManifest(reference, run, skopeo);
  const digest = isIndex(first) ? choosePlatform(parseIndex(first), skopeo.architecture) : digestOf(first);
  const pinned = reference.transport === 'docker' ? { ...reference, digest } : reference;
  const manifest = isIndex(first) ? await inspectManifest(pinned, run, skopeo) : first;
  return { digest, manifest, config: await inspectConfig(pinned, run, skopeo) };
}
