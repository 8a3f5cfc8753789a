import type { BuildPlan } from './build-plan.ts';
import type { BuildRequest } from './build-request.ts';
import { mounts, sourceKeys, type VolumeMount } from './job-volumes.ts';

/** Whether an earlier build has installed the very same dependencies. */
export function isInstalled({ plan, dependencies }: BuildRequest): boolean {
  return plan.apart && dependencies?.exists === true;
}

/** Whether the source is a file as it stands and nothing is installed: then nobody has to unpack or write anything. */
export function isMounted(request: BuildRequest): boolean {
  const { input, dependencyFile, installation, compilation } = request.plan;
  const isPlain = input.plainName !== undefined && input.plainName !== dependencyFile;
  return isPlain && compilation === undefined && (installation === undefined || isInstalled(request));
}

/** As `prepare` would have written them. */
export function sourceFiles(
  { input, dependencies, dependencyFile }: BuildPlan,
  folder: string,
): VolumeMount[] {
  const file = (name: string, subPath: string): VolumeMount => ({
    ...mounts.source,
    mountPath: `${folder}/${name}`,
    subPath,
  });
  return [
    file(input.plainName ?? '', sourceKeys.source),
    ...(dependencies === undefined || dependencyFile === ''
      ? []
      : [file(dependencyFile, sourceKeys.dependencies)]),
  ];
}
