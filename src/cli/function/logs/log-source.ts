import type { KubeClient } from '../../../kube/client-types.ts';
import { readLines } from '../../../kube/json-lines.ts';
import type { Pod } from '../../../kube/workload-resources.ts';
import { statusPath } from '../../data-plane/data-plane-pods.ts';
import { parseLine, type LogLine } from './log-line.ts';

export interface LogRequest {
  namespace: string;
  name: string;
  requestId?: string;
  tailLines?: number;
  /** RFC 3339. */
  sinceTime?: string;
}

const maxLineBytes = 1024 * 1024;

/** What one pod of the data plane keeps of a function; with `follow` until the pod or the signal ends it. */
export async function* podLines(
  client: KubeClient,
  pod: Pod,
  { namespace, name, ...selection }: LogRequest & { follow: boolean },
  { signal, onOpen }: { signal: AbortSignal; onOpen?: () => void },
): AsyncGenerator<LogLine> {
  const query = new URLSearchParams(
    Object.entries(selection).map(([key, value]) => [key, String(value)] as [string, string]),
  );
  const path = `/logs/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}?${query.toString()}`;
  const body = await client.openPath(statusPath(pod, path), { signal });
  onOpen?.();
  for await (const json of readLines(body, maxLineBytes)) {
    const line = parseLine(json);
    if (line !== undefined) yield line;
  }
}
