import type { PhaseImage } from '../../api/kubeless-config/runtime-images.ts';
import { literalArguments, podImage } from '../../controllers/pod-fields.ts';
import type { BuildRequest } from './build-request.ts';
import { checkContainers } from './check-container.ts';
import { commonFields, type Container } from './container.ts';
import { imageEnv } from './image-env.ts';
import { mounts, phaseSecretMount, sourceKeys, type VolumeMount } from './job-volumes.ts';
import { dependenciesPath, dockerConfigPath, functionPath, sourcePath } from './job-paths.ts';
import { isInstalled, isMounted, sourceFiles } from './mounted-source.ts';

/** Writes the function's files to /kubeless, and the dependency file to where the installation wants it. */
function prepareContainer(request: BuildRequest): Container {
  const { plan, config } = request;
  const { input, dependencies, dependencyFile, apart } = plan;
  const trust = trustOf(request);
  const file =
    dependencies === undefined ? [] : [`--dependencies-file=${sourcePath}/${sourceKeys.dependencies}`];
  const args = [
    ...(input.inline === undefined ? [] : [`--file=${sourcePath}/${sourceKeys.source}`]),
    ...input.args,
    ...file,
    ...(dependencyFile === '' ? [] : [`--dependencies-name=${dependencyFile}`]),
    ...(apart ? [`--dependencies-output=${dependenciesPath}`] : []),
    ...trust.args,
    `--output=${functionPath}`,
  ];
  return {
    name: 'prepare',
    image: podImage(config.provisionImage),
    args: literalArguments(args),
    env: [{ name: 'DOCKER_CONFIG_FOLDER', value: dockerConfigPath }, ...trust.env],
    volumeMounts: [
      mounts.function,
      mounts.source,
      ...(apart ? [mounts.dependencies] : []),
      ...(input.fromRegistry ? [mounts.registryCredentials] : []),
    ],
    ...commonFields,
  };
}

/** Whether the source is an artifact of the functions' own registry. */
export function isInOwnRegistry({ plan: { input }, image }: BuildRequest): boolean {
  const host = (reference: string): string => reference.replace(/^docker:\/\//, '').split('/', 1)[0] ?? '';
  const source = input.args.find((arg) => arg.startsWith('--oci='))?.slice('--oci='.length);
  return source !== undefined && host(source) === host(image);
}

/** What the configuration says about certificates is about the functions' registry, and no other one. */
function trustOf(request: BuildRequest) {
  const { config, insecureRegistry } = request;
  if (!isInOwnRegistry(request)) return { args: [], env: [] };
  const authority = { name: 'SSL_CERT_FILE', value: `${sourcePath}/${sourceKeys.authority}` };
  return {
    args: insecureRegistry ? ['--tls-verify=false'] : [],
    env: config.registryCertificateAuthority === undefined ? [] : [authority],
  };
}

/** What runs before `build`. */
export function initContainers(request: BuildRequest): Container[] {
  const made = isMounted(request) ? [] : [prepareContainer(request), ...phaseContainers(request)];
  return [...made, ...checkContainers(request)];
}

/** `install` and `compile`: the commands of the configuration, in the images that it names. */
function phaseContainers(request: BuildRequest): Container[] {
  const { plan } = request;
  const { installation, compilation, apart } = plan;
  const mount = apart ? mounts.dependenciesInPlace : mounts.function;
  return [
    ...(installation === undefined || isInstalled(request)
      ? []
      : [phase('install', installation, mount, plan)]),
    ...(compilation === undefined ? [] : [phase('compile', compilation, mounts.function, plan)]),
  ];
}

function phase(
  name: 'install' | 'compile',
  { image, command, env = {}, secrets = [] }: PhaseImage,
  mount: VolumeMount,
  plan: BuildRequest['plan'],
): Container {
  const own = {
    HOME: '/tmp',
    KUBELESS_INSTALL_VOLUME: functionPath,
    KUBELESS_DEPS_FILE: `${functionPath}/${plan.dependencyFile}`,
    KUBELESS_FUNC_NAME: plan.handler,
    MOD_NAME: plan.module,
    ...env,
  };
  return {
    name,
    image: podImage(image),
    ...(command === undefined ? {} : { command: ['sh', '-c'], args: [command] }),
    workingDir: functionPath,
    env: [...plan.env, ...Object.entries(own).map(([key, value]) => ({ name: key, value }))],
    volumeMounts: [mount, ...secrets.map((secret) => phaseSecretMount(secret.name))],
    ...commonFields,
  };
}

/** Puts the layers on the runtime's image and pushes the result. */
export function buildContainer(request: BuildRequest): Container {
  const { plan, config, runtimeImage, image, insecureRegistry } = request;
  const args = [
    `--runtime-image=${runtimeImage}`,
    `--image=${image}`,
    `--function=${functionPath}`,
    ...dependencyArgs(request),
    ...Object.entries(imageEnv(plan)).map(([name, value]) => `--env=${name}=${value}`),
    ...(insecureRegistry ? ['--tls-verify=false'] : []),
    ...(config.registryCertificateAuthority === undefined
      ? []
      : [`--certificate-authority=${sourcePath}/${sourceKeys.authority}`]),
  ];
  return {
    name: 'build',
    image: podImage(config.builderImage),
    args: literalArguments(args),
    env: [{ name: 'DOCKER_CONFIG_FOLDER', value: dockerConfigPath }],
    volumeMounts: [
      ...(isMounted(request) ? sourceFiles(plan, functionPath) : [{ ...mounts.function, readOnly: true }]),
      { ...mounts.dependencies, readOnly: true },
      mounts.source,
      mounts.registryCredentials,
    ],
    ...commonFields,
  };
}

function dependencyArgs({ plan, dependencies }: BuildRequest): string[] {
  if (!plan.apart || dependencies === undefined) return [];
  if (dependencies.exists) return [`--dependencies-image=${dependencies.image}`];
  return [`--dependencies=${dependenciesPath}`, `--push-dependencies=${dependencies.image}`];
}
