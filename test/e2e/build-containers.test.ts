import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { ContainerRun, VolumeBind } from '../../src/embedded/agent/container-config.ts';
import { runContainer } from '../../src/embedded/agent/run-container.ts';
import {
  ociSeccomp,
  parseSeccompProfile,
  resolveSeccompProfile,
} from '../../src/kontainer/container/seccomp-profile.ts';
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
import { startRegistry } from '../helpers/image-registry.ts';
import { repository } from '../helpers/program.ts';

const profile = parseSeccompProfile(readFileSync('/usr/share/containers/seccomp.json', 'utf8'));

async function machine() {
  const root = mkdtempSync(join(tmpdir(), 'build-containers-'));
  execFileSync('chmod', ['755', root]);
  const store = join(root, 'store');
  await openImageStore(store);
  const layers = new LayerStore({
    root: store,
    idBase,
    limits: defaultUnpackLimits,
    timeoutMs: 300_000,
    concurrency: 2,
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
    idBase,
    seccomp: ociSeccomp(resolveSeccompProfile(profile, new Set())),
    cgroup: `/${basename(root)}`,
    clock: systemClock,
  };
  const guard = new CollectionGuard();
  return {
    volume(name: string): string {
      const path = join(root, name);
      mkdirSync(path);
      chownSync(path, idBase + 1000, idBase + 1000);
      return path;
    },
    async run(image: string, args: string[], mounts: VolumeBind[]) {
      const { signal } = new AbortController();
      const reference = parseReference(`oci:${join(repository, 'build/images', image)}:latest`);
      using pulling = guard.startPull();
      const pulled = await pullImage({ reference, auths: [], guard: pulling, signal }, pull);
      const unpacked = await layers.ensure(pulled.image, signal);
      const { Entrypoint = [], Env = [] } = pulled.image.config.config ?? {};
      const [program = '', ...more] = Entrypoint ?? [];
      const folder = join(root, `${image}-${crypto.randomUUID()}`);
      mkdirSync(folder);
      const env = Object.fromEntries((Env ?? []).map((line) => line.split('=', 2) as [string, string]));
      const user = { uid: 1000, gid: 1000, groups: [] };
      const limits = {
        memoryBytes: 512 * 1024 ** 2,
        cpuMillis: 2000,
        pids: 256,
        fileSizeBytes: 4 * 1024 ** 3,
      };
      const run: ContainerRun = {
        args: [program, ...more, ...args],
        env,
        workingDir: '/kubeless',
        user,
        mounts,
        readOnlyRoot: false,
        limits,
      };
      const content = unpacked.map(({ diffId }) => layerContentPath(store, diffId));
      const place = { id: basename(folder), folder, layers: content, logFile: join(folder, 'log') };
      const ended = await runContainer(run, place, host, signal);
      return { ...ended, log: readFileSync(place.logFile, 'utf8') };
    },
    root,
    [Symbol.dispose]() {
      rmSync(root, { recursive: true });
      const folders = globSync(`/sys/fs/cgroup/{*/,}${basename(root)}`);
      if (folders.length > 0) execFileSync('rmdir', folders);
    },
  };
}

test('the images of the build containers make an image of a source, unprivileged', async () => {
  using it = await machine();
  await using registry = await startRegistry();
  const base = `docker://${registry.host}/kontain/python3.11:latest`;
  const layout = `oci:${join(repository, 'build/images/python3.11')}:latest`;
  execFileSync('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', layout, base]);
  writeFileSync(join(it.volume('source'), 'function'), 'def handler(event, context): return "hi"\n');
  const mounts = [
    { source: join(it.root, 'source'), path: '/src', readOnly: true },
    { source: it.volume('function'), path: '/kubeless', readOnly: false },
  ];
  const unpacked = await it.run('unzip', ['--file=/src/function', '--name=hello.py'], mounts);
  assert.equal(unpacked.exitCode, 0, unpacked.log);
  const target = `docker://${registry.host}/ns/hello:sig`;
  const args = [`--runtime-image=${base}`, `--image=${target}`, '--env=MOD_NAME=hello', '--tls-verify=false'];
  const built = await it.run('function-image-builder', args, mounts);
  assert.equal(built.exitCode, 0, built.log);
  const { digest } = JSON.parse(built.message) as { digest: string };
  const pushed = execFileSync('skopeo', ['inspect', '--tls-verify=false', '--format={{.Digest}}', target]);
  assert.equal(pushed.toString().trim(), digest);
  const wrong = await it.run('unzip', ['--file=/src/function', '--archive=zip'], mounts);
  assert.equal(wrong.exitCode, 2, 'only the author can help');
  assert.match(wrong.message, /zip archive is damaged/);
});
