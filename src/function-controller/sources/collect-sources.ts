import { functionResource, type StoredFunction } from '../../api/function.ts';
import { namespaces } from '../../kube/builtin-resources.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { sourceOfTag } from './source-manifest.ts';
import {
  openSourceRepository,
  type SourceRegistryOptions,
  type SourceRepository,
} from './source-registry.ts';

export interface CollectOptions extends Omit<SourceRegistryOptions, 'client'> {
  client: Pick<KubeClient, 'get' | 'list'>;
  clock: Pick<Clock, 'sleep'>;
  log: Logger;
  /** Between two looks. A source that no Function names at two of them goes. */
  intervalMs?: number;
}

/** Manifests, as `<namespace>@<digest>`. */
type Suspects = ReadonlySet<string>;

const hourMs = 3_600_000;

/**
 * Removes the sources that no Function of their namespace names any more, and those that none ever named, until the signal
 * aborts. What somebody was just told of is not lost: only the second look removes, and only the manifest of the first one,
 * while whoever asks later is told of another (find-source.ts). Registries in which other things may be, which
 * are those of a namespace's own Secret, are left alone.
 */
export async function collectSources(options: CollectOptions, signal: AbortSignal): Promise<void> {
  let suspects: Suspects = new Set();
  while (!signal.aborted) {
    suspects = await lookAtAll(options, suspects, signal).catch((error: unknown) => {
      if (!signal.aborted) options.log.warn({ reason: errorMessage(error) }, 'sources are not collected');
      return suspects;
    });
    await options.clock.sleep(options.intervalMs ?? hourMs, signal).catch(() => undefined);
  }
}

async function lookAtAll(
  options: CollectOptions,
  suspects: Suspects,
  signal: AbortSignal,
): Promise<Set<string>> {
  const { items } = await options.client.list(namespaces, { signal });
  const next = new Set<string>();
  for (const { metadata } of items) {
    const namespace = metadata.name ?? '';
    try {
      for (const key of await lookAt(options, { namespace, suspects }, signal)) next.add(key);
    } catch (error) {
      if (signal.aborted) throw error;
      options.log.warn(
        { namespace, reason: errorMessage(error) },
        'sources of a namespace are not collected',
      );
    }
  }
  return next;
}

/** Removes the suspects that are still unused; answers the others that are. */
async function lookAt(
  options: CollectOptions,
  { namespace, suspects }: { namespace: string; suspects: Suspects },
  signal: AbortSignal,
): Promise<string[]> {
  await using repository = await openSourceRepository(options, namespace, signal);
  if (!repository.exclusive) return [];
  const unused = await unusedManifests(options, { namespace, repository }, signal);
  const keyed = unused.map((digest) => ({ digest, key: `${namespace}@${digest}` }));
  for (const { digest, key } of keyed) if (suspects.has(key)) await remove(repository, digest);
  return keyed.flatMap(({ key }) => (suspects.has(key) ? [] : [key]));
}

/** Of a source that a Function names, all manifests are used: each is a few hundred bytes, and the content is one. */
async function unusedManifests(
  { client }: CollectOptions,
  { namespace, repository }: { namespace: string; repository: SourceRepository },
  signal: AbortSignal,
): Promise<string[]> {
  const tags = await repository.client.tags(repository.reference('0'.repeat(64)), repository.access);
  const sources = tags.filter((tag) => sourceOfTag(tag) !== undefined);
  if (sources.length === 0) return [];
  const { items } = await client.list(functionResource, { namespace, signal });
  const used = new Set(items.map(checksumOf));
  const digests = new Set<string>();
  for (const tag of sources) {
    if (used.has(sourceOfTag(tag) ?? '')) continue;
    const digest = await repository.client.manifestDigest(repository.reference(tag), repository.access);
    if (digest !== undefined) digests.add(digest);
  }
  return [...digests];
}

/** The checksum of a large source is in its tags. */
function checksumOf({ spec }: StoredFunction): string {
  const { source, checksum = '' } = spec as { source?: { oci?: string }; checksum?: string };
  return source?.oci === undefined ? '' : checksum.replace(/^sha256:/, '').toLowerCase();
}

async function remove({ client, access, reference }: SourceRepository, digest: string): Promise<void> {
  await client.deleteManifest({ ...reference('0'.repeat(64)), digest }, access);
}
