import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../../../src/lib/exec.ts';
import { removeCgroups } from './cgroups.ts';
import { namesOf, sweep } from './leftovers.ts';

/** Where a run of the benchmark takes place. Everything in `stack` is undone at its end, the last thing first. */
export interface Workbench {
  /** Of the repository. */
  root: string;
  /** The built tools of native/. */
  tools: string;
  /** build/native. */
  native: string;
  programs: string;
  /** Pinned Node.js, the one that everything runs on. */
  node: string;
  /** Has unpacked layers where a platform's root folder has them (src/oci/paths.ts). */
  store: string;
  /** Temporary folder, short enough for sockets to lie below it. */
  home: string;
  /** Below each cgroup hierarchy. */
  cgroup: string;
  /** Of the Kontainers' sockets; faas-server wants it below /run. */
  run: string;
  seccompProfile: string;
  stack: AsyncDisposableStack;
}

const buildMs = 120_000;

export async function openWorkbench(root: string, stack: AsyncDisposableStack): Promise<Workbench> {
  await sweep();
  const { cgroup, run, homePrefix } = namesOf(process.pid);
  stack.defer(() => removeCgroups(cgroup));
  stack.defer(() => rm(run, { recursive: true, force: true }));
  const home = await mkdtemp(homePrefix);
  stack.defer(() => rm(home, { recursive: true, force: true }));
  // Root inside of a container is nobody here, and must pass through to its root file system.
  await chmod(home, 0o711);
  await exec('make', ['--silent', '-C', join(root, 'test/perf/native')], { timeoutMs: buildMs });
  return {
    root,
    tools: join(root, 'build/perf'),
    native: join(root, 'build/native'),
    programs: join(root, 'test/perf/programs'),
    node: process.execPath,
    store: home,
    home,
    cgroup,
    run,
    seccompProfile: await readFile('/usr/share/containers/seccomp.json', 'utf8'),
    stack,
  };
}

/** The part of a run that one group has for itself; layers are unpacked for all of them once. */
export async function openGroupBench(
  bench: Workbench,
  group: string,
  stack: AsyncDisposableStack,
): Promise<Workbench> {
  const home = join(bench.home, group);
  await mkdir(join(home, 'tools'), { recursive: true, mode: 0o755 });
  return { ...bench, home, stack };
}
