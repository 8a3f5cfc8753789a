import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ContainerRun, VolumeBind } from '../../src/embedded/agent/container-config.ts';
import { runContainer } from '../../src/embedded/agent/run-container.ts';
import { containerSeccomp } from '../../src/kontainer/container/compile-seccomp.ts';
import { parseSeccompProfile, resolveSeccompProfile } from '../../src/kontainer/container/seccomp-profile.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { CollectionGuard } from '../../src/oci/collection-guard.ts';
import { KeyedSemaphore } from '../../src/lib/keyed-semaphore.ts';
import { idBase } from '../../src/oci/id-base.ts';
import { openImageStore } from '../../src/oci/image-store.ts';
import { LayerStore } from '../../src/oci/layer-store.ts';
import { layerContentPath } from '../../src/oci/paths.ts';
import { pullImage } from '../../src/oci/pull-image.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { defaultUnpackLimits } from '../../src/oci/unpack/unpack-limits.ts';
import { imageLayout } from './image-layout.ts';
import { layerSeed } from './layer-seed.ts';
import { repository } from './program.ts';

const profile = parseSeccompProfile(readFileSync('/usr/share/containers/seccomp.json', 'utf8'));

/** What a container gets beside its image's own: a command instead of the entrypoint's, further variables. */
export interface RunChanges {
  command?: readonly [string, ...string[]];
  env?: Readonly<Record<string, string>>;
}

export type BuildMachine = Awaited<ReturnType<typeof buildMachine>>;

/** Runs containers of a build Job as the agent of embedded mode does, from the images of `make images`. */
export async function buildMachine() {
  const root = mkdtempSync(join(tmpdir(), 'build-machine-'));
  execFileSync('chmod', ['755', root]);
  const store = join(root, 'store');
  await openImageStore(store);
  const layers = new LayerStore({
    root: store,
    idBase,
    limits: defaultUnpackLimits,
    timeoutMs: 300_000,
    concurrency: 2,
    near: [layerSeed],
  });
  const skopeo = { insecureRegistries: [], architecture: 'amd64', copyTimeoutMs: 120_000, maxBlobBytes: 1e9 };
  const pull = {
    root: store,
    skopeo,
    localImages: ['/'],
    maxImageBytes: 1e10,
    transfers: new KeyedSemaphore(2),
  };
  const host = {
    runtime: '/usr/bin/crun',
    enter: join(repository, 'build/native/kontainer-enter'),
    idBase,
    seccomp: await containerSeccomp(
      resolveSeccompProfile(profile, new Set()),
      join(repository, 'build/native'),
    ),
    cgroup: `/${basename(root)}`,
    loopbackPorts: [],
    clock: systemClock,
  };
  const guard = new CollectionGuard();
  const unpack = async (image: string) => {
    const { signal } = new AbortController();
    const reference = parseReference(`oci:${imageLayout(image)}:latest`);
    using pulling = guard.startPull();
    const pulled = await pullImage({ reference, auths: [], guard: pulling, signal }, pull);
    const unpacked = await layers.ensure(pulled.image, signal);
    return {
      config: pulled.image.config.config,
      layers: unpacked.map(({ diffId }) => layerContentPath(store, diffId)),
    };
  };
  return {
    volume(name: string): string {
      const path = join(root, name);
      mkdirSync(path);
      chownSync(path, idBase + 1000, idBase + 1000);
      return path;
    },
    /** Where a file of an image was unpacked to. */
    async find(image: string, path: string): Promise<string> {
      const { layers: folders } = await unpack(image);
      const found = folders.map((folder) => join(folder, path)).find((place) => existsSync(place));
      if (found === undefined) throw new Error(`${image} has no ${path}`);
      return found;
    },
    async run(image: string, args: readonly string[], mounts: VolumeBind[], changes: RunChanges = {}) {
      const { signal } = new AbortController();
      const { config, layers: content } = await unpack(image);
      const { Entrypoint = [], Env = [] } = config ?? {};
      const [program = '', ...more] = changes.command ?? Entrypoint ?? [];
      const folder = join(root, `${image}-${crypto.randomUUID()}`);
      mkdirSync(folder);
      const variables = (Env ?? []).map((line): [string, string] => {
        const equals = line.indexOf('=');
        return [line.slice(0, equals), line.slice(equals + 1)];
      });
      const env = Object.fromEntries(variables);
      const user = { uid: 1000, gid: 1000, groups: [] };
      const limits = {
        memoryBytes: 1024 ** 3,
        cpuMillis: 2000,
        pids: 256,
        fileSizeBytes: 4 * 1024 ** 3,
      };
      const run: ContainerRun = {
        args: [program, ...more, ...args],
        env: { ...env, ...changes.env },
        workingDir: '/kubeless',
        user,
        mounts,
        readOnlyRoot: false,
        limits,
        network: 'platform',
      };
      let log = '';
      const onOutput = (_: string, chunk: Buffer): void => void (log += chunk.toString());
      const place = { id: basename(folder), folder, layers: content, onOutput };
      const ended = await runContainer(run, place, host, signal);
      return { ...ended, log };
    },
    root,
    [Symbol.dispose]() {
      rmSync(root, { recursive: true });
      const folders = globSync(`/sys/fs/cgroup/{*/,}${basename(root)}`);
      if (folders.length > 0) execFileSync('rmdir', folders);
    },
  };
}
