import type { PhaseImage } from '../../api/kubeless-config/runtime-images.ts';
import { literalArguments, podImage } from '../../controllers/pod-fields.ts';
import type { BuildRequest } from './build-request.ts';
import {
  dependenciesPath,
  dockerConfigPath,
  functionPath,
  mounts,
  phaseSecretMount,
  sourceKeys,
  sourcePath,
  type VolumeMount,
} from './job-volumes.ts';

export interface Container {
  name: string;
  image: string;
  imagePullPolicy: 'IfNotPresent';
  command?: string[];
  args?: string[];
  workingDir?: string;
  env?: object[];
  volumeMounts: VolumeMount[];
  terminationMessagePolicy: 'FallbackToLogsOnError';
  securityContext: object;
}

const common = {
  imagePullPolicy: 'IfNotPresent',
  // The last lines of what failed are all that a Function's author sees of it.
  terminationMessagePolicy: 'FallbackToLogsOnError',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
} as const;

/** Writes the function's files to /kubeless, and the dependency file to where the installation wants it. */
function prepareContainer({ plan, config }: BuildRequest): Container {
  const { input, dependencies, dependencyFile, apart } = plan;
  const file =
    dependencies === undefined ? [] : [`--dependencies-file=${sourcePath}/${sourceKeys.dependencies}`];
  const args = [
    ...(input.inline === undefined ? [] : [`--file=${sourcePath}/${sourceKeys.source}`]),
    ...input.args,
    ...file,
    ...(dependencyFile === '' ? [] : [`--dependencies-name=${dependencyFile}`]),
    ...(apart ? [`--dependencies-output=${dependenciesPath}`] : []),
    `--output=${functionPath}`,
  ];
  return {
    name: 'prepare',
    image: podImage(config.provisionImage),
    args: literalArguments(args),
    env: [{ name: 'DOCKER_CONFIG_FOLDER', value: dockerConfigPath }],
    volumeMounts: [
      mounts.function,
      mounts.source,
      ...(apart ? [mounts.dependencies] : []),
      ...(input.fromRegistry ? [mounts.registryCredentials] : []),
    ],
    ...common,
  };
}

/** What runs before `build`: nothing where the source is a file as it stands, and nothing is installed. */
export function initContainers(request: BuildRequest): Container[] {
  const phases = phaseContainers(request);
  return isMounted(request) ? [] : [prepareContainer(request), ...phases];
}

function isMounted(request: BuildRequest): boolean {
  const { plainName } = request.plan.input;
  const isPlain = plainName !== undefined && plainName !== request.plan.dependencyFile;
  return isPlain && phaseContainers(request).length === 0;
}

/** `install` and `compile`: the commands of the configuration, in the images that it names. */
function phaseContainers({ plan, dependencies }: BuildRequest): Container[] {
  const { installation, compilation, apart } = plan;
  const isInstalled = apart && dependencies?.exists === true;
  const mount = apart ? mounts.dependenciesInPlace : mounts.function;
  return [
    ...(installation === undefined || isInstalled ? [] : [phase('install', installation, mount, plan)]),
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
    ...common,
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
      ...(isMounted(request) ? sourceFiles(plan) : [{ ...mounts.function, readOnly: true }]),
      { ...mounts.dependencies, readOnly: true },
      mounts.source,
      mounts.registryCredentials,
    ],
    ...common,
  };
}

/** As `prepare` would have written them. */
function sourceFiles({ input, dependencies, dependencyFile }: BuildRequest['plan']): VolumeMount[] {
  const file = (name: string, subPath: string): VolumeMount => ({
    ...mounts.source,
    mountPath: `${functionPath}/${name}`,
    subPath,
  });
  return [
    file(input.plainName ?? '', sourceKeys.source),
    ...(dependencies === undefined || dependencyFile === ''
      ? []
      : [file(dependencyFile, sourceKeys.dependencies)]),
  ];
}

function dependencyArgs({ plan, dependencies }: BuildRequest): string[] {
  if (!plan.apart || dependencies === undefined) return [];
  if (dependencies.exists) return [`--dependencies-image=${dependencies.image}`];
  return [`--dependencies=${dependenciesPath}`, `--push-dependencies=${dependencies.image}`];
}

/** Variables of the image itself: it can be served again, later or elsewhere, without the Function that it is from. */
export function imageEnv({ module, handler, runtime }: BuildRequest['plan']): Record<string, string> {
  const configured = Object.entries(runtime.image.env ?? {}).map(([name, value]) => [
    name,
    value.replaceAll('$(KUBELESS_INSTALL_VOLUME)', functionPath),
  ]);
  return {
    MOD_NAME: module,
    FUNC_HANDLER: handler,
    FUNC_RUNTIME: runtime.name,
    KUBELESS_INSTALL_VOLUME: functionPath,
    ...(Object.fromEntries(configured) as Record<string, string>),
  };
}
