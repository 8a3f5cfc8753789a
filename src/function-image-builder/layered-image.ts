import { PlatformError } from '../lib/errors.ts';
import {
  checkMediaTypes,
  digestOf,
  type Descriptor,
  type ImageConfig,
  type ImageManifest,
} from '../oci/image-documents.ts';
import type { LayerBlob } from './layer-request.ts';

export interface BaseImage {
  manifest: ImageManifest;
  config: ImageConfig;
}

/** What changes beside the layers. A variable or label that the base has gets the new value. */
export interface ConfigChanges {
  env: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
}

/** An image as the documents of an OCI image layout. */
export interface ImageDocuments {
  config: Buffer;
  manifest: Buffer;
  /** Of the manifest: names the image. */
  digest: string;
}

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

/** An image that is nothing but a layer: keeps installed dependencies for later builds on any base. */
export function layerImage(layer: LayerBlob, architecture: string): ImageDocuments {
  const base: BaseImage = {
    manifest: {
      schemaVersion: 2,
      config: { mediaType: types.config, digest: layer.digest, size: 0 },
      layers: [],
    },
    config: { architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] } },
  };
  return layeredImage(base, [layer], { env: {}, labels: {} });
}

/** The layer of such an image. Throws `invalid` for any other. */
export function onlyLayer({ manifest, config }: BaseImage): LayerBlob {
  const [[layer, ...others], [diffId]] = [manifest.layers, config.rootfs.diff_ids];
  if (layer !== undefined && diffId !== undefined && others.length === 0)
    return { digest: layer.digest, size: layer.size, diffId };
  throw new PlatformError('invalid', 'The image with the dependencies is none that a build made.', {
    hint: 'Remove it from the registry; the next build installs them again.',
  });
}

/**
 * The image that has the layers on top of the base (OCI image-spec manifest.md, config.md). Fields of the base's
 * configuration that we do not know are kept, times are the base's: the same input gives the same bytes.
 */
export function layeredImage(
  base: BaseImage,
  layers: readonly LayerBlob[],
  changes: ConfigChanges,
): ImageDocuments {
  checkMediaTypes(base.manifest);
  const config = Buffer.from(JSON.stringify(changedConfig(base.config, layers, changes)));
  const added = layers.map(({ digest, size }) => ({ mediaType: types.layer, digest, size }));
  const value = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(config), size: config.length },
    layers: [...base.manifest.layers.map(ociLayer), ...added],
  };
  const manifest = Buffer.from(JSON.stringify(value));
  return { config, manifest, digest: digestOf(manifest) };
}

function changedConfig(
  base: ImageConfig,
  layers: readonly LayerBlob[],
  { env, labels }: ConfigChanges,
): ImageConfig {
  const history = Array.isArray(base['history']) ? (base['history'] as unknown[]) : null;
  const entry = { created: base['created'], created_by: 'function-image-builder' };
  const added = layers.map(() => entry);
  return {
    ...base,
    config: {
      ...base.config,
      Env: mergeEnv(base.config?.Env ?? [], env),
      Labels: sorted({ ...base.config?.Labels, ...labels }),
    },
    rootfs: { ...base.rootfs, diff_ids: [...base.rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)] },
    ...(history === null ? {} : { history: [...history, ...added] }),
  };
}

/** The base's order, changed values in their place, new names behind. */
function mergeEnv(base: readonly string[], changes: Readonly<Record<string, string>>): string[] {
  const values = new Map(base.map((line) => [line.split('=', 1)[0] ?? '', line]));
  for (const [name, value] of Object.entries(sorted(changes))) values.set(name, `${name}=${value}`);
  return [...values.values()];
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Docker's media types mean the same bytes; one manifest shall not mix both. */
function ociLayer(layer: Descriptor): Descriptor {
  const docker = /^application\/vnd\.docker\.image\.rootfs\.(foreign\.)?diff\.tar(?:[.+](gzip|zstd))?$/;
  const match = docker.exec(layer.mediaType ?? '');
  if (match === null) return layer;
  const [, foreign, compression] = match;
  const kind = foreign === undefined ? 'layer' : 'layer.nondistributable';
  const suffix = compression === undefined ? '' : `+${compression}`;
  return { ...layer, mediaType: `application/vnd.oci.image.${kind}.v1.tar${suffix}` };
}
