import type { KontainerSpec } from '../spec.ts';
import { seccompAnnotation, type ContainerSeccomp } from './compile-seccomp.ts';
import {
  closedPaths,
  deviceMounts,
  devMount,
  procMount,
  restricted,
  sharedLimits,
} from './container-defaults.ts';

/** What the two ways to start a container of a function differ in. */
export interface ContainerShape {
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  user: { uid: number; gid: number; groups: readonly number[] };
  capabilities: readonly string[];
  seccomp: ContainerSeccomp;
  /** Below each cgroup hierarchy; its parent has the limits. */
  cgroupsPath: string;
  rootfs: string;
  hostname: string;
  /** First of the 65536 host ids that stand for 0… inside. */
  idBase: number;
  /** The template mounts a /proc of its own for every fork, which the kernel allows only while none is covered. */
  forks: boolean;
}

/** What a template needs in its own user namespace to fork Kontainers, and nothing on the host. */
export const templateCapabilities = [
  'CAP_SYS_ADMIN',
  'CAP_NET_ADMIN',
  'CAP_SETUID',
  'CAP_SETGID',
  'CAP_SETPCAP',
] as const;

function mounts(spec: KontainerSpec, forks: boolean): object[] {
  /* inodes are bounded too: they are kernel memory */
  const size = [`size=${spec.limits.tmpBytes}`, `nr_inodes=${Math.floor(spec.limits.tmpBytes / 4096) + 16}`];
  const common = [
    procMount,
    devMount,
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...restricted, 'mode=1777', ...size] },
    {
      destination: '/tmp',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'nodev', 'mode=1777', ...size],
    },
  ];
  if (forks) return common;
  return [
    ...common,
    ...deviceMounts,
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...restricted, 'ro'] },
  ];
}

/** Buffers of sockets hang on descriptors. */
const descriptors = { type: 'RLIMIT_NOFILE', number: 1024 };

function processOf(spec: KontainerSpec, shape: ContainerShape): object {
  const { uid, gid, groups } = shape.user;
  const { capabilities } = shape;
  return {
    terminal: false,
    user: { uid, gid, additionalGids: groups },
    args: shape.args,
    env: Object.entries(shape.env).map(([name, value]) => `${name}=${value}`),
    cwd: spec.workingDir,
    capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    noNewPrivileges: true,
    rlimits: [...sharedLimits, descriptors, { type: 'RLIMIT_FSIZE', number: spec.limits.fileSizeBytes }].map(
      ({ type, number }) => ({ type, soft: number, hard: number }),
    ),
  };
}

/** Container engines let any user of a container listen on the ports below 1024, too: images count on it. */
const sysctl = { 'net.ipv4.ip_unprivileged_port_start': '0' };

/** config.json of the OCI runtime specification 1.0. */
export function runtimeConfig(spec: KontainerSpec, shape: ContainerShape): object {
  const mapping = [{ containerID: 0, hostID: shape.idBase, size: 65536 }];
  const namespaces = ['pid', 'mount', 'ipc', 'uts', 'network', 'cgroup', 'user'];
  return {
    ociVersion: '1.0.2',
    process: processOf(spec, shape),
    root: { path: shape.rootfs, readonly: true },
    hostname: shape.hostname,
    mounts: mounts(spec, shape.forks),
    annotations: seccompAnnotation(shape.seccomp),
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      uidMappings: mapping,
      gidMappings: mapping,
      cgroupsPath: shape.cgroupsPath,
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      rootfsPropagation: 'private',
      ...(spec.protocol === 'http' ? { sysctl } : {}),
      seccomp: shape.seccomp.rules,
      /* all forks of a template have its /dev in common: what one could write there, another could read */
      ...(shape.forks ? { readonlyPaths: ['/dev'] } : closedPaths),
    },
  };
}
