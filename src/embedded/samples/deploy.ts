import type { KubeClient } from '../../kube/client-types.ts';
import { orUndefined } from '../../kube/kube-error.ts';
import { refOf } from '../../kube/objects.ts';
import type { Resource } from '../../kube/resource.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import { appliedAnnotation, type SampleImage } from './manifests.ts';

const images: Resource<SampleImage> = {
  group: 'build.kontain.app',
  version: 'v1',
  plural: 'images',
  kind: 'Image',
  namespaced: true,
};

export interface DeployOptions {
  client: Pick<KubeClient, 'get' | 'create' | 'mergePatch'>;
  clock: Pick<Clock, 'monotonic' | 'sleep'>;
  samples: readonly SampleImage[];
  /** For all of them to be ready. */
  timeoutMs: number;
  /** Told of each sample as it becomes ready. */
  onReady: (image: SampleImage) => void;
}

/** The downloader tries again at first after a second or two, and what it says may be from before this start. */
const fullDiskMs = 10_000;

/** Creates the samples, updates those whose manifest changed since, and waits until the node can serve all of them. */
export async function deploySamples({
  client,
  clock,
  samples,
  timeoutMs,
  onReady,
}: DeployOptions): Promise<void> {
  for (const sample of samples) await apply(client, sample);
  const start = clock.monotonic();
  for (const sample of samples) {
    let image = await client.get(images, refOf(sample));
    while (!isReady(image)) {
      const waited = clock.monotonic() - start;
      if (waited >= fullDiskMs && isDiskFull(image)) throw diskFull(image);
      if (waited >= timeoutMs) throw notReady(image);
      await clock.sleep(50);
      image = await client.get(images, refOf(sample));
    }
    onReady(image);
  }
}

async function apply(client: DeployOptions['client'], sample: SampleImage): Promise<void> {
  const current = await orUndefined(client.get(images, refOf(sample)));
  if (current === undefined) await client.create(images, sample);
  else if (
    current.metadata.annotations?.[appliedAnnotation] !== sample.metadata.annotations?.[appliedAnnotation]
  ) {
    const { annotations } = sample.metadata;
    await client.mergePatch(images, refOf(sample), { metadata: { annotations }, spec: sample.spec });
  }
}

/** Ready for what the object says now, and not for what it said before. */
function isReady({ metadata, status }: SampleImage): boolean {
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return false;
  return status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') ?? false;
}

const isDiskFull = ({ status }: SampleImage): boolean =>
  status?.conditions?.some(({ type, reason }) => type === 'Ready' && reason === 'DiskFull') ?? false;

function diskFull({ metadata, status }: SampleImage): PlatformError {
  const message = `there is no room for the sample ${metadata.name}: ${status?.message ?? ''}`;
  return new PlatformError('disk_full', message, { hint: 'Free some space, then run "make up" again.' });
}

function notReady({ metadata, status }: SampleImage): PlatformError {
  const why = status?.message ?? 'faas-downloader has not said anything about it';
  return new PlatformError('not_ready', `the sample ${metadata.name} is not ready: ${why}`);
}
