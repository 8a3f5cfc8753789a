import type { FlagValues } from '../flag-values.ts';
import type { Container, Named, PodSpec } from './pod-template.ts';
import { podWithout } from './removals.ts';
import type { SpecFields } from './spec-from-flags.ts';

/**
 * Lists in a merge patch replace the old ones, so what is to stay goes into them: the first container's other fields, and
 * the volumes that --secrets adds to. Undefined where nothing changes.
 */
export function mergePodFields(old: SpecFields, fresh: SpecFields, flags: FlagValues): object | undefined {
  const [before, after] = [podOf(old), podOf(fresh)];
  const kept = podWithout(before, flags);
  const isLess = kept.pod !== before;
  const pod = {
    ...after,
    ...kept.nulls,
    ...(isLess || after.containers ? { containers: mergedContainers(kept.pod, after) } : {}),
    ...(isLess || after.volumes ? { volumes: added(kept.pod.volumes, after.volumes) } : {}),
  };
  return Object.keys(pod).length === 0 ? undefined : { spec: { template: { spec: pod } } };
}

function mergedContainers(before: PodSpec, after: PodSpec): Container[] {
  const [first, ...others] = before.containers ?? [];
  const [wanted] = after.containers ?? [];
  if (wanted === undefined) return before.containers ?? [];
  const { volumeMounts } = wanted;
  const mounts = volumeMounts ? { volumeMounts: added(first?.volumeMounts, volumeMounts) } : {};
  return [{ ...first, ...wanted, ...mounts }, ...others];
}

/** Where Kubeless' clients wrote variables; from now on they are in `spec.env`. */
export function withoutPodEnv(old: SpecFields, fresh: SpecFields): SpecFields {
  const [first] = podOf(old).containers ?? [];
  if (first?.env === undefined) return fresh;
  const pod = podOf(fresh);
  const containers = [{ ...pod.containers?.[0], env: [] }];
  return { ...fresh, deployment: { spec: { template: { spec: { ...pod, containers } } } } };
}

function podOf({ deployment }: SpecFields): PodSpec {
  const template = (deployment as { spec?: { template?: { spec?: PodSpec } } } | null | undefined)?.spec
    ?.template;
  return template?.spec ?? {};
}

/** Kubeless appends, and so makes duplicates that no API server takes; one of the same name is replaced here. */
function added<T extends Named>(
  before: readonly T[] | null | undefined,
  after: readonly T[] | null = [],
): T[] {
  const names = new Set((after ?? []).map(({ name }) => name));
  return [...(before ?? []).filter(({ name }) => !names.has(name)), ...(after ?? [])];
}
