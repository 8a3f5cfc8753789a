import { configMaps, type ConfigMap } from '../kube/builtin-resources.ts';
import type { KubeClient } from '../kube/client-types.ts';
import { isAlreadyExists } from '../kube/kube-error.ts';
import { refOf } from '../kube/objects.ts';
import type { OwnedObjects } from '../kube/owned-objects.ts';
import { ReconcileFailure } from '../kube/reconcile-failure.ts';
import { isInline, payloadKey } from './caller-pod.ts';
import { mergedLabels, ownerOf } from './cron-job-object.ts';
import { payloadName } from './names.ts';
import { payloadText, type TriggerRequest } from './trigger-request.ts';

/** What the API server takes in one ConfigMap, the key included. */
const maxBytes = 1024 * 1024 - payloadKey.length;

/** The ConfigMap of a payload that is too large for an argument, or undefined. Throws ReconcileFailure. */
export function payloadConfigMap(request: TriggerRequest): ConfigMap | undefined {
  const payload = payloadText(request);
  if (payload === undefined || isInline(payload)) return undefined;
  const size = Buffer.byteLength(payload);
  if (size > maxBytes) {
    const message = `spec.payload has ${size} bytes, more than the 1 MiB that an object holds. Let the function fetch it.`;
    throw new ReconcileFailure('InvalidSpec', message, { retry: false });
  }
  const { name, namespace } = request.trigger.metadata;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: payloadName(name),
      namespace,
      labels: mergedLabels(request),
      ownerReferences: [ownerOf(request)],
    },
    data: { [payloadKey]: payload },
  };
}

export interface Payloads {
  client: Pick<KubeClient, 'create' | 'mergePatch'>;
  owned: OwnedObjects<ConfigMap>;
}

/** Makes the ConfigMap what it has to be. A record of what was applied would be too large for it. */
export async function keepPayload(
  { client, owned }: Payloads,
  wanted: ConfigMap,
  ownerUid: string,
  signal: AbortSignal,
): Promise<void> {
  const seen = owned.seen(refOf(wanted));
  if (seen?.data?.[payloadKey] === wanted.data?.[payloadKey]) return;
  try {
    await client.create(configMaps, wanted, { signal });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    await owned.requireOwn(refOf(wanted), ownerUid, signal);
    const { labels, ownerReferences } = wanted.metadata;
    const patch = { metadata: { labels, ownerReferences }, data: wanted.data };
    await client.mergePatch(configMaps, refOf(wanted), patch, { signal });
  }
}
