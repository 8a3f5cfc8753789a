import { createHash } from 'node:crypto';
import type { ArtifactLayer } from '../../oci/registry/push-artifact.ts';
import type { SourceRepository } from './source-registry.ts';

export const sourceMediaType = 'application/vnd.kontain.function.source.v1';

/** When a manifest was pushed. It makes the digest another one each time, so that the collector can tell them apart. */
const createdAnnotation = 'org.opencontainers.image.created';

/** What is known of a stored source. */
export interface SourceManifest {
  digest: string;
  size: number;
  /** Milliseconds since the epoch; undefined where it does not say. */
  createdMs: number | undefined;
}

export interface SourceContent {
  /** Hexadecimal, of the content. */
  sha256: string;
  size: number;
}

/**
 * The tags under which a source is put, in this order: one of the manifest's own, by which the collector finds it whatever
 * becomes of the other, and the one that always leads to the newest. Where nobody collects, one manifest is enough.
 */
export function sourceTags({ exclusive }: SourceRepository, sha256: string, now: number): string[] {
  return exclusive ? [`${sha256}.${now}`, sha256] : [sha256];
}

/** The source that a tag is for; undefined for other things. */
export function sourceOfTag(tag: string): string | undefined {
  return /^([0-9a-f]{64})(?:\.\d+)?$/.exec(tag)?.[1];
}

export function sourceLayer(
  { exclusive }: SourceRepository,
  { sha256, size }: SourceContent,
  now: number,
): Omit<ArtifactLayer, 'content'> {
  const layer = { mediaType: sourceMediaType, digest: `sha256:${sha256}`, size };
  const annotations = { [createdAnnotation]: new Date(now).toISOString() };
  return exclusive ? { ...layer, annotations } : layer;
}

/** The manifest at a tag or digest; undefined where there is none, or one of something else. */
export async function readManifest(
  { client, access, reference }: SourceRepository,
  sha256: string,
  digest?: string,
): Promise<SourceManifest | undefined> {
  const tagged = reference(sha256);
  const body = await client.manifest(digest === undefined ? tagged : { ...tagged, digest }, access);
  return body === undefined ? undefined : parseManifest(body, sha256);
}

interface ManifestFields {
  layers?: { digest?: string; size?: number }[];
  annotations?: Record<string, string>;
}

function parseManifest(body: Buffer, sha256: string): SourceManifest | undefined {
  const { layers, annotations } = JSON.parse(body.toString('utf8')) as ManifestFields;
  const { digest, size } = layers?.[0] ?? {};
  if (digest !== `sha256:${sha256}` || size === undefined) return undefined;
  const created = Date.parse(annotations?.[createdAnnotation] ?? '');
  return {
    digest: `sha256:${createHash('sha256').update(body).digest('hex')}`,
    size,
    createdMs: Number.isNaN(created) ? undefined : created,
  };
}
