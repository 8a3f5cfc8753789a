import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '../../lib/errors.ts';
import { isIndex, parseManifest } from '../../oci/image-documents.ts';
import { digestHex } from '../../oci/paths.ts';
import type { RegistryReference } from '../../oci/reference.ts';
import { copyToLayout, inspectManifest, type SkopeoOptions, type SkopeoRun } from '../../oci/skopeo.ts';
import { sourceError } from './source-error.ts';

/**
 * Fetches the only layer of an OCI artifact (image-spec manifest.md, "Guidelines for Artifact Usage") into a file, as
 * `oras push` and our CLI make them. skopeo checks its digest.
 */
export async function fetchArtifact(
  reference: RegistryReference,
  path: string,
  run: SkopeoRun,
  options: SkopeoOptions,
): Promise<void> {
  try {
    const bytes = await inspectManifest(reference, run, options);
    const [layer, ...others] = isIndex(bytes) ? [] : parseManifest(bytes).layers;
    if (layer === undefined || others.length > 0)
      throw sourceError(
        'The OCI artifact of the source has not exactly one layer.',
        'Push one file, for example with oras push.',
      );
    if (layer.size > options.maxBlobBytes)
      throw sourceError(
        `The source has ${layer.size} bytes, more than the ${options.maxBlobBytes} allowed.`,
        'Make it smaller.',
      );
    const blobs = join(run.folder, 'blobs');
    await copyToLayout(reference, blobs, run, options);
    await rename(join(blobs, 'sha256', digestHex(layer.digest)), path);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const message = error.message.replaceAll('image', 'source');
    throw new PlatformError(error.code, message, { hint: 'Check spec.source.oci.', cause: error });
  }
}
