import type { EnvVar } from '../../api/env-var.ts';
import { literalText, podImage } from '../../controllers/pod-fields.ts';
import type { BuildRequest } from './build-request.ts';
import type { CheckPlan } from './check-plan.ts';
import { commonFields, type Container } from './container.ts';
import { imageEnv } from './image-env.ts';
import { fileMounts, mounts, sourceKeys } from './job-volumes.ts';
import { dependenciesPath, dockerConfigPath, functionPath, sourcePath } from './job-paths.ts';
import { isInstalled, isMounted, sourceFiles } from './mounted-source.ts';

/** Where the function's files are while those of the dependencies have to come beside them. */
const apartPath = '/function';

/**
 * Loads the function in the runtime's image, with everything at the places that it has for a call. Nobody else's word is
 * worth as much; and the version of before is served until this one has passed.
 */
export function checkContainers(request: BuildRequest): Container[] {
  const { check, dependencies } = request;
  if (check === undefined) return [];
  const fetched = isInstalled(request) ? [fetchContainer(request, dependencies?.image ?? '')] : [];
  return [...fetched, checkContainer(request, check)];
}

function checkContainer(request: BuildRequest, check: CheckPlan): Container {
  const { phase, env, memoryBytes } = check;
  const { plan, runtimeImage } = request;
  // The very image that the function is put on, unless the operator wants another one.
  const image = phase.image === plan.runtime.image.image ? runtimeImage : phase.image;
  const fixed = Object.entries({ ...imageEnv(plan), ...phase.env }).map(([name, value]) => ({ name, value }));
  const securityContext = { ...commonFields.securityContext, readOnlyRootFilesystem: true };
  return {
    ...commonFields,
    name: 'check',
    image: podImage(image),
    command: ['sh', '-c'],
    args: [`${plan.apart ? besideDependencies(request) : ''}${phase.command}`],
    workingDir: functionPath,
    env: [...fixed, ...env].map(podVariable),
    resources: { limits: { memory: String(memoryBytes) } },
    volumeMounts: [...functionMounts(request), mounts.tmp, ...fileMounts(check)],
    securityContext,
  };
}

/** In the image they are layers, one over the other. */
function besideDependencies(request: BuildRequest): string {
  const installed = isInstalled(request) ? `${dependenciesPath}${functionPath}` : dependenciesPath;
  return `cp -R ${installed}/. ${apartPath}/. ${functionPath}/ && `;
}

function functionMounts(request: BuildRequest): Container['volumeMounts'] {
  const { plan } = request;
  const path = plan.apart ? apartPath : functionPath;
  const files = isMounted(request)
    ? sourceFiles(plan, path)
    : [{ ...mounts.function, mountPath: path, readOnly: true }];
  return plan.apart ? [...files, { ...mounts.dependencies, readOnly: true }, mounts.checked] : files;
}

/**
 * A variable from a Secret or ConfigMap that is not there is left out, as a pod would wait for it and keep others from their
 * build; the data plane then says what is missing.
 */
function podVariable({ name, value, valueFrom }: EnvVar): object {
  if (valueFrom === undefined) return { name, value: literalText(value ?? '') };
  const optional = Object.entries(valueFrom).map(([kind, ref]) => [kind, { ...ref, optional: true }]);
  return { name, valueFrom: Object.fromEntries(optional) as object };
}

/** Dependencies that an earlier build has installed are a layer in the registry: no image has them at this point. */
function fetchContainer({ config, insecureRegistry }: BuildRequest, image: string): Container {
  const authority = `--certificate-authority=${sourcePath}/${sourceKeys.authority}`;
  return {
    ...commonFields,
    name: 'fetch',
    image: podImage(config.provisionImage),
    args: [
      `--dependencies-image=${image}`,
      `--output=${dependenciesPath}`,
      ...(insecureRegistry ? ['--tls-verify=false'] : []),
      ...(config.registryCertificateAuthority === undefined ? [] : [authority]),
    ].map(literalText),
    env: [{ name: 'DOCKER_CONFIG_FOLDER', value: dockerConfigPath }],
    volumeMounts: [mounts.dependencies, mounts.source, mounts.registryCredentials],
  };
}
