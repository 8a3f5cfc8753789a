import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { PlatformError } from '../../lib/errors.ts';
import type { RegistryReference } from '../reference.ts';
import { hostOf, refusal, type Grant, type RegistryAccess, type RegistryClient } from './registry-client.ts';

export interface ArtifactLayer {
  mediaType: string;
  digest: string;
  size: number;
  /** The bytes; read once. */
  content: Readable | Buffer;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const emptyConfig = Buffer.from('{}');

/** Manifest of an OCI artifact of one layer (image-spec manifest.md, "Guidelines for Artifact Usage"). */
export function artifactManifest({ mediaType, digest, size }: Omit<ArtifactLayer, 'content'>): Buffer {
  const config = {
    mediaType: 'application/vnd.oci.empty.v1+json',
    digest: sha256(emptyConfig),
    size: emptyConfig.length,
  };
  const layers = [{ mediaType, digest, size }];
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers }));
}

/**
 * Pushes an artifact of one layer under the tag of `target`, streamed: nothing of it is kept here (distribution-spec, "Push").
 * The same layer is the same manifest. Resolves with its digest; rejects with `invalid` where the registry found another digest.
 */
export async function pushArtifact(
  client: RegistryClient,
  target: RegistryReference,
  layer: ArtifactLayer,
  access: RegistryAccess,
): Promise<string> {
  const push = new Push(client, target, access);
  await push.blob(layer.digest, layer.content, layer.size);
  await push.blob(sha256(emptyConfig), emptyConfig, emptyConfig.length);
  const manifest = artifactManifest(layer);
  await push.manifest(manifest);
  return sha256(manifest);
}

class Push {
  readonly #client: RegistryClient;
  readonly #target: RegistryReference;
  readonly #access: RegistryAccess;
  readonly #grant: Grant = {};

  constructor(client: RegistryClient, target: RegistryReference, access: RegistryAccess) {
    this.#client = client;
    this.#target = target;
    this.#access = access;
  }

  async blob(digest: string, body: Readable | Buffer, size: number): Promise<void> {
    const begin = `/v2/${this.#target.repository}/blobs/uploads/`;
    const { status, headers } = await this.#send({ method: 'POST', path: begin, headers: {} });
    const place = status === 202 ? this.#placeOf(headers['location']) : undefined;
    if (place === undefined) throw refusal(this.#target, status);
    const path = `${place}${place.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
    const type = { 'content-type': 'application/octet-stream', 'content-length': String(size) };
    const answer = await this.#send({ method: 'PUT', path, headers: type, body });
    if (answer.status === 400) throw new PlatformError('invalid', 'The content has another digest.');
    if (answer.status !== 201) throw refusal(this.#target, answer.status);
  }

  async manifest(body: Buffer): Promise<void> {
    const { repository, tag } = this.#target;
    const path = `/v2/${repository}/manifests/${tag ?? sha256(body)}`;
    const { status } = await this.#send({
      method: 'PUT',
      path,
      headers: { 'content-type': manifestType },
      body,
    });
    if (status !== 201) throw refusal(this.#target, status);
  }

  #send(request: Parameters<RegistryClient['send']>[1]): ReturnType<RegistryClient['send']> {
    return this.#client.send(this.#target, request, this.#access, this.#grant);
  }

  /** Undefined for one that leads elsewhere: credentials are for this registry only. */
  #placeOf(location: string | string[] | undefined): string | undefined {
    if (typeof location !== 'string') return undefined;
    const host = hostOf(this.#target);
    const url = new URL(location, `https://${host}`);
    return url.host === host || url.host === new URL(`https://${host}`).host
      ? `${url.pathname}${url.search}`
      : undefined;
  }
}

function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
