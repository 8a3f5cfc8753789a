import { chownSync, mkdirSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { KontainerSpec } from '../../src/kontainer/spec.ts';
import { publishBundle, removeBundle } from '../../src/oci/bundle-publish.ts';
import { idBase } from '../../src/oci/id-base.ts';
import { layerContentPath } from '../../src/oci/paths.ts';
import { compileProgram } from './compiled-program.ts';
import { kontainerSpec } from './kontainer-spec.ts';
import { repository, startProgram, type RunningProgram } from './program.ts';

const layer = `sha256:${'a'.repeat(64)}`;

export interface TestFaasServer extends AsyncDisposable {
  readonly root: string;
  readonly run: string;
  /** Cgroup of its Kontainers. */
  readonly cgroup: string;
  readonly program: RunningProgram;
  url(path: string): string;
  /** Deploys test/fixtures/faas-server/function.c as `default/<name>` and waits until the server knows. */
  deploy(name: string, change?: Partial<KontainerSpec>): Promise<void>;
  remove(name: string): Promise<void>;
  /** Another one on the same folders, after this one ended. */
  again(): Promise<TestFaasServer>;
  /** Ends it in good order; what is left over is the test's to see. */
  stop(): Promise<void>;
}

/** The real program with real Kontainers, on a root folder of its own. */
export async function startFaasServer(env: NodeJS.ProcessEnv = {}): Promise<TestFaasServer> {
  const root = await mkdtemp(join(tmpdir(), 'faas-server-'));
  writeFunctionLayer(layerContentPath(root, layer));
  return startOn(root, env);
}

async function startOn(root: string, env: NodeJS.ProcessEnv): Promise<TestFaasServer> {
  const run = `/run/${basename(root)}`;
  const program = await startProgram('faas-server', ['--root', root, '--run-dir', run, '--port', '0'], env);
  const url = String(program.ready['url']);
  const stop = async () => program[Symbol.asyncDispose]();
  return {
    root,
    run,
    cgroup: `/${basename(run)}`,
    program,
    stop,
    again: () => startOn(root, env),
    url: (path) => url + path,
    async deploy(name, change) {
      const user = { uid: 1000, gid: 1000, groups: [] };
      const spec = kontainerSpec({
        name,
        protocol: 'cgi',
        user,
        layers: [layer],
        args: ['/bin/function'],
        ...change,
      });
      await publishBundle(root, { namespace: 'default', name }, { spec, imageConfig: {} }, Date.now());
      await untilKnown(`${url}/default/${name}`);
    },
    remove: (name) => removeBundle(root, { namespace: 'default', name }, Date.now()),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** As the image store would have unpacked it: owned by the shifted root. */
function writeFunctionLayer(folder: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const source = join(repository, 'test/fixtures/faas-server/function.c');
  const flags = ['-static', '-O1', '-Wall', '-Wextra', '-Wno-return-type'];
  compileProgram(join(bin, 'function'), { flags, sources: [source] });
  for (const path of [folder, bin, join(bin, 'function')]) chownSync(path, idBase, idBase);
}

/** inotify tells the server a moment after the bundle is there. */
async function untilKnown(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url);
    await response.arrayBuffer();
    if (response.status !== 404) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** File names in a folder; none if it does not exist. */
export async function filesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
