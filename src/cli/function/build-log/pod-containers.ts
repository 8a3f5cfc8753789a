import type { ContainerStatus, Pod } from '../../../kube/workload-resources.ts';

/** Marks the pods of builds, see docs/build-job.md. */
const buildLabel = 'kubeless.io/build';

/** Selects the pods that build a function. */
export function buildPodSelector(name: string): string {
  return `function=${name},${buildLabel}`;
}

/** In the order in which they run. */
export function containerNames({ spec }: Pod): string[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => name);
}

function statusOf({ status }: Pod, container: string): ContainerStatus | undefined {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.find(({ name }) => name === container);
}

/** Whether it has a log by now. */
export function hasBegun(pod: Pod, container: string): boolean {
  const state = statusOf(pod, container)?.state;
  return state?.running !== undefined || state?.terminated !== undefined;
}

/** The first of its containers that failed. */
export function failedContainer(pod: Pod): string | undefined {
  return containerNames(pod).find((name) => (statusOf(pod, name)?.state?.terminated?.exitCode ?? 0) !== 0);
}

export function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

export function logPath({ metadata }: Pod, container: string, more: Record<string, string> = {}): string {
  const { namespace = '', name = '' } = metadata;
  const query = new URLSearchParams({ container, ...more });
  return `/api/v1/namespaces/${namespace}/pods/${name}/log?${query.toString()}`;
}
