import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerSeccomp } from '../../kontainer/container/compile-seccomp.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContainerNetwork } from '../../controllers/container-network.ts';
import { countsSocketsApart, endCgroup } from '../cgroups.ts';
import type { LogStream } from './pod-logs.ts';
import { prepareNetwork } from './network/prepare-network.ts';
import { startNetwork } from './network/start-network.ts';
import { containerConfig, type ContainerHostConfig, type ContainerRun } from './container-config.ts';

export interface ContainerHost {
  /** OCI runtime, such as /usr/bin/crun. */
  runtime: string;
  /** build/native/kontainer-enter. */
  enter: string;
  idBase: number;
  seccomp: ContainerSeccomp;
  /** Below each cgroup hierarchy. */
  cgroup: string;
  /**
   * Where a folder above those of the containers is closed to others than root: `closed` is that folder, `open` the one
   * below it that root of the containers, who is nobody out here, has to reach.
   */
  passage?: { closed: string; open: string } | undefined;
  /** Of the machine's loopback, that containers with a network of their own reach at theirs. */
  loopbackPorts: readonly number[];
  clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>;
}

export interface ContainerPlace {
  /** Unique on this machine; also the name of its cgroup. */
  id: string;
  /** Private, and the caller's to remove: bundle, writable layer, state of the runtime. */
  folder: string;
  /** Content folders of the image's layers, lowest first. */
  layers: readonly string[];
  /** Told its output as it comes. */
  onOutput: (stream: LogStream, chunk: Buffer) => void;
}

/** How it ended, in the words of Kubernetes' ContainerStateTerminated. */
export interface Terminated {
  /** 128 and the number of the signal, as shells have it, where one ended it. */
  exitCode: number;
  reason: 'Completed' | 'Error';
  /** What it wrote to its termination log. */
  message: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  finishedAt: number;
}

/** Kubernetes reads no more. */
const maxMessageBytes = 4096;

/** Runs as root in the namespaces of kontainer-enter. Arguments come as arguments: nothing of a user is in the text. */
const withNetwork = `
set -eu
${startNetwork}
folder=$1 ports=$2
shift 2
# In the list there are numbers only.
start_network "$folder" $ports
# Not in the place of this shell: crun waits for all children that it has, and the helpers do not end.
nsenter --net="$folder/netns" -- "$@" || exit $?`;

/**
 * Runs a container to its end; the signal kills it. What it started is gone when this resolves. Rejects only where the
 * machine itself fails: a container that cannot start ends with an exit code, and the log says why.
 */
export async function runContainer(
  run: ContainerRun,
  place: ContainerPlace,
  host: ContainerHost,
  signal: AbortSignal,
): Promise<Terminated> {
  const terminationLog = await prepare(place, host.idBase);
  const path = run.terminationMessagePath ?? '/dev/termination-log';
  const mounts = [...run.mounts, { source: terminationLog, path, readOnly: false }];
  if (run.network === 'internet') mounts.push(await prepareNetwork(place.folder));
  await writeBundle({ ...run, mounts }, place, host);
  const startedAt = host.clock.now();
  const exitCode = await start(run.network, place, host, signal);
  // The runtime was killed with it, and could not clean up.
  if (signal.aborted) await endCgroup(`${host.cgroup}/${place.id}`, host.clock);
  const message = await readMessage(terminationLog);
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return { exitCode, reason, message, startedAt, finishedAt: host.clock.now() };
}

/** Returns the file that becomes its termination log. */
async function prepare({ folder }: ContainerPlace, idBase: number): Promise<string> {
  for (const name of ['upper', 'work', 'rootfs', 'state'])
    await mkdir(join(folder, name), { recursive: true, mode: 0o755 });
  await chown(join(folder, 'upper'), idBase, idBase);
  const terminationLog = join(folder, 'termination-log');
  await rm(terminationLog, { force: true });
  // Whatever user the container runs as may write it, as in Kubernetes.
  await writeFile(terminationLog, '');
  await chmod(terminationLog, 0o666);
  return terminationLog;
}

async function writeBundle(
  run: ContainerRun,
  { id, folder }: ContainerPlace,
  host: ContainerHost,
): Promise<void> {
  const config: ContainerHostConfig = {
    idBase: host.idBase,
    seccomp: host.seccomp,
    cgroupsPath: `${host.cgroup}/${id}`,
    rootfs: join(folder, 'rootfs'),
    socketsApart: countsSocketsApart(),
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(containerConfig(run, config)), { mode: 0o600 });
}

async function start(
  network: ContainerNetwork,
  place: ContainerPlace,
  host: ContainerHost,
  signal: AbortSignal,
): Promise<number> {
  const child = spawn(host.enter, enterArgs(network, place, host), {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk: Buffer) => place.onOutput(stream, chunk));
  return await ended(child, signal);
}

function enterArgs(network: ContainerNetwork, place: ContainerPlace, host: ContainerHost): string[] {
  const { id, folder, layers } = place;
  const { passage, runtime, loopbackPorts } = host;
  const run = [runtime, '--root', join(folder, 'state'), 'run', '--bundle', folder, id];
  const shell = ['sh', '-c', withNetwork, 'sh', folder, loopbackPorts.join(' ')];
  return [
    `--parent=${process.pid}`,
    `--folder=${folder}`,
    ...new Set(layers.toReversed().map((layer) => `--layer=${layer}`)),
    ...(passage === undefined ? [] : [`--closed=${passage.closed}`, `--open=${passage.open}`]),
    '--',
    ...(network === 'internet' ? [...shell, ...run] : run),
  ];
}

async function ended(child: ChildProcess, signal: AbortSignal): Promise<number> {
  const kill = (): void => void child.kill('SIGKILL');
  // Not before all that it wrote is there.
  const exit = once(child, 'close') as Promise<[code: number | null]>;
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  try {
    const [code] = await exit;
    return code ?? killedCode;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** SIGKILL: only we end it from outside. */
const killedCode = 137;

async function readMessage(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxMessageBytes), 0, maxMessageBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
