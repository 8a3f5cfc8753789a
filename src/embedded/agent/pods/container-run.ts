import {
  containerNetworks,
  networkOf,
  type ContainerNetwork,
} from '../../../controllers/container-network.ts';
import { parseBytes, parseCpuMillis } from '../../../api/quantity.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { resolveUser, type ImageUser } from '../../../oci/image-user.ts';
import { idCount } from '../../../oci/id-base.ts';
import type { ContainerLimits, ContainerRun, VolumeBind } from '../container-config.ts';
import type { Container, Pod, SecurityContext } from '../kinds.ts';
import { resolveEnvironment } from './environment.ts';
import { expand } from './expand.ts';
import type { ReadyImage } from './images.ts';
import type { ObjectReader } from './object-reader.ts';
import { configError, PodFailure } from './pod-failure.ts';

/** What a container gets where it asks for nothing. */
export type DefaultLimits = ContainerLimits;

export interface RunRequest {
  pod: Pod;
  container: Container;
  image: ReadyImage;
  reader: ObjectReader;
  binds: readonly VolumeBind[];
  defaults: DefaultLimits;
}

/** A container of a pod as it is run: everything that it refers to is resolved. Throws PodFailure. */
export async function containerRun(request: RunRequest): Promise<ContainerRun> {
  const { pod, container, image, reader, binds, defaults } = request;
  const limits = limitsOf(container, defaults);
  const user = userOf(pod, container, image);
  const env = await resolveEnvironment(container, imageEnv(image, user), { pod, reader, fields: limits });
  const { groups, uid, gid } = user;
  const { fsGroup, supplementalGroups = [] } = pod.spec.securityContext ?? {};
  const more = [...groups, ...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])];
  return {
    args: argsOf(container, image, env),
    env,
    workingDir: container.workingDir ?? (image.config.config?.WorkingDir || '/'),
    user: { uid, gid, groups: [...new Set(more.map(checkedId))] },
    mounts: binds,
    readOnlyRoot: security(pod, container).readOnlyRootFilesystem ?? false,
    limits,
    network: networkOfContainer(pod, container),
  };
}

function networkOfContainer({ metadata }: Pod, { name }: Container): ContainerNetwork {
  const network = networkOf(metadata.annotations, name);
  if (network !== undefined) return network;
  throw configError(`the network annotation of ${name} is none of ${containerNetworks.join(', ')}`);
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function imageEnv({ config }: ReadyImage, { home }: ImageUser): Record<string, string> {
  const given = (config.config?.Env ?? []).map((line): [string, string] => {
    const [name = '', ...value] = line.split('=');
    return [name, value.join('=')];
  });
  return { PATH: defaultPath, HOME: home, HOSTNAME: 'build', ...Object.fromEntries(given) };
}

/** https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/#notes */
function argsOf(
  { command = [], args = [] }: Container,
  { config }: ReadyImage,
  env: Readonly<Record<string, string>>,
): [string, ...string[]] {
  const { Entrypoint, Cmd } = config.config ?? {};
  const given = args.length > 0 || command.length > 0 ? args : (Cmd ?? []);
  const program = command.length > 0 ? command : (Entrypoint ?? []);
  const fromPod = new Set([...command, ...args]);
  const [first, ...rest] = [...program, ...given].map((arg) => (fromPod.has(arg) ? expand(arg, env) : arg));
  if (first !== undefined) return [first, ...rest];
  throw new PodFailure('CreateContainerError', 'no command specified');
}

function security({ spec }: Pod, { securityContext }: Container): SecurityContext {
  return { ...spec.securityContext, ...securityContext };
}

function userOf(pod: Pod, container: Container, { config, accounts }: ReadyImage): ImageUser {
  const { runAsUser, runAsGroup, runAsNonRoot, privileged } = security(pod, container);
  if (privileged === true) throw configError('privileged containers are not run here');
  const name = runAsUser === undefined ? (config.config?.User ?? '') : String(checkedId(runAsUser));
  const user = resolve(name, accounts);
  if (runAsNonRoot === true && user.uid === 0)
    throw configError('container has runAsNonRoot and image will run as root');
  return runAsGroup === undefined ? user : { ...user, gid: checkedId(runAsGroup) };
}

function resolve(name: string, accounts: ReadyImage['accounts']): ImageUser {
  try {
    return resolveUser(name, accounts);
  } catch (error) {
    throw new PodFailure('CreateContainerError', errorMessage(error), { cause: error });
  }
}

/** Others have no owner outside. */
function checkedId(id: number): number {
  if (Number.isInteger(id) && id >= 0 && id < idCount) return id;
  throw configError(`securityContext: the id ${id} is not from 0 to ${idCount - 1}`);
}

/** What is asked for, but never more than the machine gives to one container. */
function limitsOf({ resources }: Container, defaults: DefaultLimits): ContainerLimits {
  const { memory, cpu } = resources?.limits ?? {};
  try {
    return {
      ...defaults,
      memoryBytes: memory === undefined ? defaults.memoryBytes : parseBytes(memory),
      cpuMillis: cpu === undefined ? defaults.cpuMillis : parseCpuMillis(cpu),
    };
  } catch (error) {
    throw configError(`resources.limits: ${errorMessage(error)}`);
  }
}
