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
  client: KubeClient;
  clock: Clock;
  samples: readonly SampleImage[];
  /** For all of them to be ready. */
  timeoutMs: number;
  /** Told of each sample as it becomes ready. */
  onReady: (image: SampleImage) => void;
}

/** Creates the samples, updates those whose manifest changed since, and waits until the node can serve all of them. */
export async function deploySamples({
  client,
  clock,
  samples,
  timeoutMs,
  onReady,
}: DeployOptions): Promise<void> {
  for (const sample of samples) await apply(client, sample);
  const end = clock.monotonic() + timeoutMs;
  for (const sample of samples) {
    let image = await client.get(images, refOf(sample));
    while (!isReady(image)) {
      if (clock.monotonic() >= end) throw notReady(image);
      await clock.sleep(50);
      image = await client.get(images, refOf(sample));
    }
    onReady(image);
  }
}

async function apply(client: KubeClient, sample: SampleImage): Promise<void> {
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

function notReady({ metadata, status }: SampleImage): PlatformError {
  const why = status?.message ?? 'faas-downloader has not said anything about it';
  return new PlatformError('not_ready', `the sample ${metadata.name} is not ready: ${why}`);
}
