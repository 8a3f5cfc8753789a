import type { ContainerNetwork } from '../../controllers/container-network.ts';
import { seccompAnnotation, type ContainerSeccomp } from '../../kontainer/container/compile-seccomp.ts';
import {
  closedPaths,
  deviceMounts,
  devMount,
  procMount,
  restricted,
  sharedLimits,
} from '../../kontainer/container/container-defaults.ts';

/** One container of a pod as the OCI runtime needs it: references resolved, images unpacked. */
export interface ContainerRun {
  args: readonly [string, ...string[]];
  env: Readonly<Record<string, string>>;
  workingDir: string;
  user: { uid: number; gid: number; groups: readonly number[] };
  mounts: readonly VolumeBind[];
  readOnlyRoot: boolean;
  limits: ContainerLimits;
  /** `platform`: the machine's own, on whose loopback the platform is. */
  network: ContainerNetwork;
  /** Default `build`. */
  hostname?: string;
  /** Default /dev/termination-log. */
  terminationMessagePath?: string;
}

export interface VolumeBind {
  /** A folder or file of this machine. */
  source: string;
  /** Its place in the container. */
  path: string;
  readOnly: boolean;
}

export interface ContainerLimits {
  memoryBytes: number;
  /** 1000 is one core. */
  cpuMillis: number;
  pids: number;
  /** Largest file that it may write. function-image-builder needs 4 GiB, to which it limits skopeo. */
  fileSizeBytes: number;
}

/** What is the same for all containers of a machine. */
export interface ContainerHostConfig {
  /** First of the 65536 host ids that stand for 0… inside. */
  idBase: number;
  seccomp: ContainerSeccomp;
  cgroupsPath: string;
  rootfs: string;
  /** The kernel does not count buffers of network sockets as memory of the container (cgroup v1). */
  socketsApart: boolean;
}

const systemMounts = [
  procMount,
  devMount,
  ...deviceMounts,
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: [...restricted, 'mode=1777', 'size=64m'],
  },
];

/**
 * config.json of the OCI runtime specification 1.0 for a container of a build: no capability, none to be gained, ids that
 * own nothing on the host, limits. It has the network that it is started in, or a new one with nothing but loopback; everything
 * else is its own.
 */
export function containerConfig(run: ContainerRun, host: ContainerHostConfig): object {
  const mapping = [{ containerID: 0, hostID: host.idBase, size: 65_536 }];
  return {
    ociVersion: '1.0.2',
    process: processOf(run),
    root: { path: host.rootfs, readonly: run.readOnlyRoot },
    hostname: run.hostname ?? 'build',
    mounts: [...systemMounts, ...run.mounts.map(bind)],
    annotations: seccompAnnotation(host.seccomp),
    linux: {
      namespaces: namespaces(run.network).map((type) => ({ type })),
      uidMappings: mapping,
      gidMappings: mapping,
      cgroupsPath: host.cgroupsPath,
      resources: resources(run.limits, host.socketsApart),
      rootfsPropagation: 'private',
      seccomp: host.seccomp.rules,
      ...closedPaths,
    },
  };
}

function namespaces(network: ContainerNetwork): string[] {
  const own = ['pid', 'mount', 'ipc', 'uts', 'cgroup', 'user'];
  return network === 'none' ? [...own, 'network'] : own;
}

function processOf({ args, env, workingDir, user, limits }: ContainerRun): object {
  const { uid, gid, groups } = user;
  return {
    terminal: false,
    user: { uid, gid, additionalGids: groups },
    args,
    env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    cwd: workingDir,
    capabilities: { bounding: [], effective: [], permitted: [] },
    noNewPrivileges: true,
    rlimits: [
      ...sharedLimits.map(({ type, number }) => ({ type, soft: number, hard: number })),
      { type: 'RLIMIT_NOFILE', soft: 1024, hard: 4096 },
      { type: 'RLIMIT_FSIZE', soft: limits.fileSizeBytes, hard: limits.fileSizeBytes },
    ],
  };
}

function bind({ source, path, readOnly }: VolumeBind): object {
  const options = ['bind', 'nosuid', 'nodev', ...(readOnly ? ['ro'] : ['rw'])];
  return { destination: path, type: 'bind', source, options };
}

const cpuPeriodUs = 100_000;
/** Of its memory, what its network sockets may hold beside it. */
const socketShare = 8;

function resources({ memoryBytes, cpuMillis, pids }: ContainerLimits, socketsApart: boolean): object {
  const sockets = socketsApart ? { kernelTCP: Math.floor(memoryBytes / socketShare) } : {};
  return {
    devices: [{ allow: false, access: 'rwm' }],
    memory: { limit: memoryBytes, swap: memoryBytes, ...sockets },
    cpu: { period: cpuPeriodUs, quota: Math.max(1000, Math.floor((cpuMillis * cpuPeriodUs) / 1000)) },
    pids: { limit: pids },
  };
}
