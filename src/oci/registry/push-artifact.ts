import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { RegistryReference } from '../reference.ts';
import { RegistryPush } from './push-blob.ts';
import { refusal, type RegistryAccess, type RegistryClient } from './registry-client.ts';

export interface ArtifactLayer {
  mediaType: string;
  digest: string;
  size: number;
  /** The bytes; read once. */
  content: AsyncIterable<Buffer>;
  /** Of the manifest; the same layer with others is another manifest. */
  annotations?: Readonly<Record<string, string>>;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const emptyConfig = Buffer.from('{}');

/** Manifest of an OCI artifact of one layer (image-spec manifest.md, "Guidelines for Artifact Usage"). */
export function artifactManifest(layer: Omit<ArtifactLayer, 'content'>): Buffer {
  const { mediaType, digest, size, annotations } = layer;
  const config = {
    mediaType: 'application/vnd.oci.empty.v1+json',
    digest: sha256(emptyConfig),
    size: emptyConfig.length,
  };
  const layers = [{ mediaType, digest, size }];
  const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers, annotations };
  return Buffer.from(JSON.stringify(manifest));
}

/**
 * Pushes an artifact of one layer under the tag of `target`, streamed. The same layer is the same manifest. Resolves with its
 * digest; rejects with `invalid` where the registry found another digest, and with what the content failed with.
 */
export async function pushArtifact(
  client: RegistryClient,
  target: RegistryReference,
  layer: ArtifactLayer,
  access: RegistryAccess,
): Promise<string> {
  const push = new RegistryPush(client, target, access);
  await push.blob(layer.digest, layer.content);
  await push.blob(sha256(emptyConfig), Readable.from([emptyConfig]));
  const body = artifactManifest(layer);
  await putManifest(push, target, body);
  return sha256(body);
}

/** Puts the manifest of an artifact whose blobs are there under the tag of `target`. Resolves with its digest. */
export async function tagArtifact(
  client: RegistryClient,
  target: RegistryReference,
  layer: Omit<ArtifactLayer, 'content'>,
  access: RegistryAccess,
): Promise<string> {
  const body = artifactManifest(layer);
  await putManifest(new RegistryPush(client, target, access), target, body);
  return sha256(body);
}

async function putManifest(push: RegistryPush, target: RegistryReference, body: Buffer): Promise<void> {
  const path = `/v2/${target.repository}/manifests/${target.tag ?? sha256(body)}`;
  const headers = { 'content-type': manifestType };
  const { status } = await push.send({ method: 'PUT', path, headers, body });
  if (status !== 201) throw refusal(target, status);
}

function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
