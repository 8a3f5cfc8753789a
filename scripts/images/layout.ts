import { createHash } from 'node:crypto';
import { cpSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A layer as a gzip-compressed blob in the blob folder. */
export interface Layer {
  digest: string;
  /** Digest of the uncompressed tar, as the image config lists it. */
  diffId: string;
  size: number;
}

/** The part of the OCI image config that says how to run it (image-spec, config.md). */
export interface RunConfig {
  User?: string;
  ExposedPorts?: Record<string, Record<string, never>>;
  Env?: readonly string[];
  Entrypoint?: readonly string[];
  Cmd?: readonly string[];
  WorkingDir?: string;
  Labels?: Record<string, string>;
}

const mediaType = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Writes an OCI image layout (image-spec, image-layout.md) with one image, tagged `latest`, and puts it in place at
 * once. Layer blobs are hard links: images share them.
 */
export function writeLayout(target: string, blobs: string, layers: readonly Layer[], run: RunConfig): void {
  const draft = `${target}.new`;
  rmSync(draft, { recursive: true, force: true });
  const folder = join(draft, 'blobs/sha256');
  mkdirSync(folder, { recursive: true });
  const add = (type: string, value: object) => {
    const content = JSON.stringify(value);
    writeFileSync(join(folder, sha256(content)), content);
    return { mediaType: type, digest: `sha256:${sha256(content)}`, size: Buffer.byteLength(content) };
  };
  for (const layer of new Set(layers))
    link(join(blobs, hexOf(layer.digest)), join(folder, hexOf(layer.digest)));
  const config = add(mediaType.config, imageConfig(layers, run));
  const manifest = add(mediaType.manifest, {
    schemaVersion: 2,
    mediaType: mediaType.manifest,
    config,
    layers: layers.map(({ digest, size }) => ({ mediaType: mediaType.layer, digest, size })),
  });
  const tagged = { ...manifest, annotations: { 'org.opencontainers.image.ref.name': 'latest' } };
  const index = { schemaVersion: 2, mediaType: mediaType.index, manifests: [tagged] };
  writeFileSync(join(draft, 'index.json'), JSON.stringify(index));
  writeFileSync(join(draft, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  rmSync(target, { recursive: true, force: true });
  renameSync(draft, target);
}

export function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

/** No time stamps: the same content gives the same digest. */
function imageConfig(layers: readonly Layer[], run: RunConfig): object {
  return {
    architecture: 'amd64',
    os: 'linux',
    config: run,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  };
}

function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    cpSync(from, to);
  }
}
