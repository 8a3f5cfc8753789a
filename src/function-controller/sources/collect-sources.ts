import { functionResource, type StoredFunction } from '../../api/function.ts';
import { namespaces } from '../../kube/builtin-resources.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
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

const hourMs = 3_600_000;
const isSource = (tag: string): boolean => /^[0-9a-f]{64}$/.test(tag);

/**
 * Removes the sources that no Function of their namespace names any more, and those that none ever named, until the signal
 * aborts. One that was just sent is not lost: only the second look removes. Registries in which other things may be, which
 * are those of a namespace's own Secret, are left alone.
 */
export async function collectSources(options: CollectOptions, signal: AbortSignal): Promise<void> {
  let suspects: ReadonlySet<string> = new Set();
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
  suspects: ReadonlySet<string>,
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
  { namespace, suspects }: { namespace: string; suspects: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<string[]> {
  await using repository = await openSourceRepository(options, namespace, signal);
  if (!repository.exclusive) return [];
  const unused = await unusedSources(options, { namespace, repository }, signal);
  const keyed = unused.map((sha256) => ({ sha256, key: `${namespace}/${sha256}` }));
  for (const { sha256, key } of keyed) if (suspects.has(key)) await remove(repository, sha256);
  return keyed.flatMap(({ key }) => (suspects.has(key) ? [] : [key]));
}

async function unusedSources(
  { client }: CollectOptions,
  { namespace, repository }: { namespace: string; repository: SourceRepository },
  signal: AbortSignal,
): Promise<string[]> {
  const tags = await repository.client.tags(repository.reference('0'.repeat(64)), repository.access);
  const sources = tags.filter(isSource);
  if (sources.length === 0) return [];
  const { items } = await client.list(functionResource, { namespace, signal });
  const used = new Set(items.map(checksumOf));
  return sources.filter((tag) => !used.has(tag));
}

/** The checksum of a large source is its tag. */
function checksumOf({ spec }: StoredFunction): string {
  const { source, checksum = '' } = spec as { source?: { oci?: string }; checksum?: string };
  return source?.oci === undefined ? '' : checksum.replace(/^sha256:/, '').toLowerCase();
}

async function remove({ client, access, reference }: SourceRepository, sha256: string): Promise<void> {
  const tagged = reference(sha256);
  const digest = await client.manifestDigest(tagged, access);
  if (digest !== undefined) await client.deleteManifest({ ...tagged, digest }, access);
}
