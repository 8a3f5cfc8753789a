import { formatReference } from '../../oci/reference.ts';
import { tagArtifact } from '../../oci/registry/push-artifact.ts';
import {
  readManifest,
  sourceLayer,
  sourceTags,
  type SourceContent,
  type SourceManifest,
} from './source-manifest.ts';
import type { SourceRepository } from './source-registry.ts';

export interface WantedSource {
  /** Hexadecimal, of the content. */
  sha256: string;
  /** Hexadecimal digest of the manifest that the asker's Function names already. */
  held?: string | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Much less than the time between two looks of the collector: what is answered has the rest of it to get its Function. */
const freshMs = 600_000;

/**
 * `docker://…@sha256:…` of a source that is there; undefined if it is not. An older one is put anew, and the new digest is
 * answered: the collector may have seen that no Function names the old one, and remove it before there is one. One that
 * the asker's Function names stays what it is, so that nothing changes where nothing changed.
 */
export async function findSource(
  repository: SourceRepository,
  { sha256, held, now }: WantedSource,
): Promise<string | undefined> {
  const kept = held === undefined ? undefined : await readManifest(repository, sha256, `sha256:${held}`);
  if (kept !== undefined) return referenceTo(repository, sha256, kept.digest);
  const found = await readManifest(repository, sha256);
  if (found === undefined) return undefined;
  const isSafe = !repository.exclusive || isFresh(found, now);
  const digest = isSafe ? found.digest : await renew(repository, { sha256, size: found.size }, now);
  return referenceTo(repository, sha256, digest);
}

export function referenceTo(repository: SourceRepository, sha256: string, digest: string): string {
  return formatReference({ ...repository.reference(sha256), digest });
}

/** Clocks of replicas differ: what comes from the future is not known to be fresh. */
function isFresh({ createdMs }: SourceManifest, now: number): boolean {
  return createdMs !== undefined && createdMs <= now && now - createdMs < freshMs;
}

async function renew(repository: SourceRepository, content: SourceContent, now: number): Promise<string> {
  const layer = sourceLayer(repository, content, now);
  let digest = '';
  for (const tag of sourceTags(repository, content.sha256, now))
    digest = await tagArtifact(repository.client, repository.reference(tag), layer, repository.access);
  return digest;
}
