import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { containerSeccomp } from '../../../src/kontainer/container/compile-seccomp.ts';
import { runtimeConfig, templateCapabilities } from '../../../src/kontainer/container/runtime-config.ts';
import {
  parseSeccompProfile,
  resolveSeccompProfile,
} from '../../../src/kontainer/container/seccomp-profile.ts';
import { writeSkeleton } from '../../../src/kontainer/container/skeleton.ts';
import type { KontainerSpec } from '../../../src/kontainer/spec.ts';
import { idBase } from '../../../src/oci/id-base.ts';
import { layerContentPath } from '../../../src/oci/paths.ts';
import type { Workbench } from './workbench.ts';

/** More than there are callers at once. */
const bundles = 8;

export interface BareContainer {
  /** Command that runs another one where the root file system is mounted. */
  within: string[];
  /** `crun run`, for caller `{n}`. */
  command: string[];
  /** File of caller `{n}` that crun writes the container's pid to. */
  pidFile: string;
}

/** With `forks` the container may do what a template may, else it may do what a Kontainer may. */
export interface BareShape {
  args: readonly string[];
  env?: Record<string, string>;
  forks: boolean;
  /** Descriptors from 3 on that the container gets. */
  descriptors: number;
}

/* In a pid namespace of its own nothing outlives the command, however it ends: containers would. */
const unshare = 'unshare --mount --propagation private --pid --fork --kill-child --mount-proc'.split(' ');

/* crun 1.8 refuses a hybrid hierarchy whose v2 side carries a controller: the launcher hides it in the same way. */
const mountScript = [
  'umount --lazy /sys/fs/cgroup/unified 2> /dev/null',
  'mount -t overlay overlay -o "ro,lowerdir=$1" "$2" || exit',
  'shift 2',
  'exec "$@"',
].join('\n');

/** The bundle of a function as `crun run` alone runs it, with nothing of ours around. */
export async function bareContainer(
  bench: Workbench,
  spec: KontainerSpec,
  shape: BareShape,
): Promise<BareContainer> {
  const folder = join(bench.home, 'bare', spec.name);
  const rootfs = join(folder, 'rootfs');
  await mkdir(rootfs, { recursive: true });
  for (let n = 0; n < bundles; n += 1) await writeBundle(bench, spec, shape, { folder, rootfs, n });
  const skeleton = join(bench.home, 'skeleton');
  await writeSkeleton(skeleton, join(bench.native, 'kontainer-exec'), idBase);
  const layers = spec.layers.map((diffId) => layerContentPath(bench.store, diffId)).toReversed();
  const lower = [skeleton, join(bench.home, 'tools'), ...layers].join(':');
  const pidFile = join(folder, 'pid-{n}');
  const bundle = ['--bundle', join(folder, '{n}')];
  const options = ['--pid-file', pidFile, '--preserve-fds', String(shape.descriptors)];
  const id = `bench-${spec.name}-{n}`;
  return {
    within: [...unshare, 'sh', '-c', mountScript, 'sh', lower, rootfs],
    command: ['/usr/bin/crun', '--root', join(bench.home, 'crun'), 'run', ...bundle, ...options, id],
    pidFile,
  };
}

async function writeBundle(
  bench: Workbench,
  spec: KontainerSpec,
  { args, env, forks }: BareShape,
  { folder, rootfs, n }: { folder: string; rootfs: string; n: number },
): Promise<void> {
  const capabilities = forks ? templateCapabilities : [];
  const profile = resolveSeccompProfile(parseSeccompProfile(bench.seccompProfile), new Set(capabilities));
  const config = runtimeConfig(spec, {
    args,
    env: { ...spec.env, ...env },
    user: forks ? { uid: 0, gid: 0, groups: [] } : spec.user,
    capabilities,
    seccomp: await containerSeccomp(profile, bench.native),
    cgroupsPath: `${bench.cgroup}/bare-${spec.name}-${n}`,
    rootfs,
    hostname: 'bare',
    idBase,
    forks,
  });
  await mkdir(join(folder, String(n)), { recursive: true });
  // With rules for system calls, as container engines write it: that ours are compiled is our own gain.
  await writeFile(join(folder, String(n), 'config.json'), JSON.stringify({ ...config, annotations: {} }));
}
