import type { SpecFields } from './spec-from-flags.ts';

interface Named {
  name?: string;
}

interface PodSpec {
  containers?: (Named & { volumeMounts?: Named[]; env?: unknown })[];
  volumes?: Named[];
  [field: string]: unknown;
}

/**
 * Lists in a merge patch replace the old ones, so what is to stay goes into them: the first container's other fields, and
 * the volumes that --secrets adds to.
 */
export function mergePodFields(old: SpecFields, fresh: SpecFields): object {
  const [before, after] = [podOf(old), podOf(fresh)];
  const [first = {}, ...others] = before.containers ?? [];
  const [wanted] = after.containers ?? [];
  const container = {
    ...first,
    ...wanted,
    ...(wanted?.volumeMounts === undefined
      ? {}
      : { volumeMounts: added(first.volumeMounts, wanted.volumeMounts) }),
  };
  const pod = {
    ...after,
    ...(wanted === undefined ? {} : { containers: [container, ...others] }),
    ...(after.volumes === undefined ? {} : { volumes: added(before.volumes, after.volumes) }),
  };
  return { spec: { template: { spec: pod } } };
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
function added(before: readonly Named[] | undefined, after: readonly Named[]): Named[] {
  const names = new Set(after.map(({ name }) => name));
  return [...(before ?? []).filter(({ name }) => !names.has(name)), ...after];
}
