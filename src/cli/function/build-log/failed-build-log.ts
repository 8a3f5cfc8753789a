import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { StoredFunction } from '../../../api/function.ts';
import type { KubeClient } from '../../../kube/client-types.ts';
import { pods } from '../../../kube/workload-resources.ts';
import { buildPodSelector, failedContainer, logPath } from './pod-containers.ts';

const tailLines = '200';

/**
 * The end of the log of the build that failed last: of its pod while that is there and may be read, else the last lines that
 * the function-controller kept. Empty where there is none.
 */
export async function failedBuildLog(client: KubeClient, object: StoredFunction): Promise<string> {
  const kept = object.status?.log ?? '';
  if (kept === '') return '';
  const ofPod = await podLog(client, object).catch(() => undefined);
  return ofPod ?? kept;
}

async function podLog(client: KubeClient, { metadata }: StoredFunction): Promise<string | undefined> {
  const { namespace = '', name = '' } = metadata;
  const { items } = await client.list(pods, { namespace, labelSelector: buildPodSelector(name) });
  const age = (time = '') => Date.parse(time) || 0;
  const failed = items
    .filter((pod) => failedContainer(pod) !== undefined)
    .sort((a, b) => age(b.metadata.creationTimestamp) - age(a.metadata.creationTimestamp));
  const [pod] = failed;
  if (pod === undefined) return undefined;
  const body = await client.openPath(logPath(pod, failedContainer(pod) ?? '', { tailLines }));
  const content = await text(Readable.from(body));
  return content.trim() === '' ? undefined : content;
}
