import { PlatformError } from '../lib/errors.ts';
import { digestOf, isIndex, parseConfig, parseIndex, parseManifest } from '../oci/image-documents.ts';
import { choosePlatform } from '../oci/platform.ts';
import type { ImageReference } from '../oci/reference.ts';
import { inspectConfig, inspectManifest, type SkopeoOptions, type SkopeoRun } from '../oci/skopeo.ts';
import type { BaseImage } from './layered-image.ts';

export interface ResolvedBase extends BaseImage {
  /** Leads to exactly this manifest, wherever the tag moves. */
  reference: ImageReference;
}

/** Reads what an image is made of, without its layers; of an index the manifest for this architecture. */
export async function resolveBase(
  reference: ImageReference,
  run: SkopeoRun,
  options: SkopeoOptions,
): Promise<ResolvedBase> {
  const first = await inspectManifest(reference, run, options);
  const chosen = isIndex(first) ? choosePlatform(parseIndex(first), options.architecture) : digestOf(first);
  const pinned = reference.transport === 'docker' ? { ...reference, digest: chosen } : reference;
  const bytes = isIndex(first) ? await inspectManifest(pinned, run, options) : first;
  const config = await inspectConfig(pinned, run, options);
  const manifest = parseManifest(bytes);
  if (digestOf(config) === manifest.config.digest)
    return { manifest, config: parseConfig(config), reference: pinned };
  throw new PlatformError('not_ready', 'The registry sends another configuration than the base image has.', {
    hint: 'Push the runtime image again.',
  });
}
