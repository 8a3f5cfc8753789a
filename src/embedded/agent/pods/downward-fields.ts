import type { Pod } from '../kinds.ts';
import { configError } from './pod-failure.ts';

/** Limits of a container as fields can name them, in bytes and thousandths of a core. */
export interface FieldValues {
  memoryBytes: number;
  cpuMillis: number;
}

/** https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
export function podField(pod: Pod, path: string): string {
  const { labels = {}, annotations = {} } = pod.metadata;
  const [, kind, key = ''] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? [];
  if (kind !== undefined) return (kind === 'labels' ? labels : annotations)[key] ?? '';
  const value = plainField(pod, path);
  if (value !== undefined) return value;
  throw configError(`fieldPath ${path} is not known here`);
}

function plainField({ metadata, spec }: Pod, path: string): string | undefined {
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName ?? '',
    'spec.serviceAccountName': 'default',
    'status.hostIP': '127.0.0.1',
    'status.podIP': '127.0.0.1',
    'status.podIPs': '127.0.0.1',
  };
  return fields[path];
}

export function resourceField(resource: string, { memoryBytes, cpuMillis }: FieldValues): string {
  if (/^(limits|requests)\.memory$/.test(resource)) return String(memoryBytes);
  if (/^(limits|requests)\.cpu$/.test(resource)) return String(Math.ceil(cpuMillis / 1000));
  throw configError(`resource ${resource} is not known here`);
}
