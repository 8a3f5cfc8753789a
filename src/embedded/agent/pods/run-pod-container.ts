import { join } from 'node:path';
import { rename } from 'node:fs/promises';
import { formatTime } from '../../../kube/conditions.ts';
import { hasErrno } from '../../../lib/errors.ts';
import type { Terminated } from '../kinds.ts';
import { podLogPath } from '../pod-logs.ts';
import { runContainer, type Terminated as ContainerEnd } from '../run-container.ts';
import { LogWriter } from './log-writer.ts';
import { removeTree } from './pod-places.ts';
import type { PreparedContainer, Preparation } from './prepare-pod.ts';

const firstPauseMs = 10_000;
const longestPauseMs = 5 * 60_000;

/** Runs a container until it ends well, or badly where it is not to be started again. Rejects with the signal's reason. */
export async function runPodContainer(
  prepared: PreparedContainer,
  preparation: Preparation,
): Promise<Terminated> {
  const { pod, state, parts, signal } = preparation;
  const { name } = prepared.container;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const ended = await runOnce(prepared, preparation);
    state.terminated(name, ended);
    signal.throwIfAborted();
    if (ended.exitCode === 0 || pod.spec.restartPolicy === 'Never') return ended;
    const message = `back-off ${pauseMs / 1000}s restarting failed container=${name}`;
    state.restarting(name, message);
    await parts.clock.sleep(pauseMs, signal);
  }
}

async function runOnce(
  { container, image, run }: PreparedContainer,
  preparation: Preparation,
): Promise<Terminated> {
  const { pod, state, parts, signal } = preparation;
  const { uid = '', name: podName = '' } = pod.metadata;
  const { name } = container;
  const id = `${uid}-${name}`;
  const folder = join(parts.places.workOf(uid), `container-${name}`);
  await parts.places.makeFolder(folder);
  await keepPrevious(parts.places.home, uid, name);
  using log = new LogWriter(podLogPath(parts.places.home, uid, name), parts.clock);
  const onOutput = log.write.bind(log);
  const { terminationMessagePath } = container;
  const whole = {
    ...run,
    hostname: podName.slice(0, 63),
    ...(terminationMessagePath === undefined ? {} : { terminationMessagePath }),
  };
  state.running(name, image.digest);
  const ended = await runContainer(whole, { id, folder, layers: image.layers, onOutput }, parts.host, signal);
  await removeTree(folder);
  return terminated(ended, signal.aborted, fallback(preparation, name, ended) ? log.tail : '');
}

/** The log of the run before stays for `kubectl logs --previous`. */
async function keepPrevious(home: string, uid: string, name: string): Promise<void> {
  try {
    await rename(podLogPath(home, uid, name), podLogPath(home, uid, name, true));
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
}

function fallback({ pod }: Preparation, name: string, { exitCode, message }: ContainerEnd): boolean {
  const { initContainers = [], containers } = pod.spec;
  const container = [...initContainers, ...containers].find((candidate) => candidate.name === name);
  return exitCode !== 0 && message === '' && container?.terminationMessagePolicy === 'FallbackToLogsOnError';
}

const killedCode = 137;

function terminated({ exitCode, message, ...end }: ContainerEnd, wasEnded: boolean, log: string): Terminated {
  // Nobody else kills in there: it was the kernel, at the limit of the memory.
  const reason = exitCode === killedCode && !wasEnded ? 'OOMKilled' : end.reason;
  const text = message === '' ? log : message;
  return {
    exitCode,
    reason,
    ...(text === '' ? {} : { message: text }),
    startedAt: formatTime(end.startedAt),
    finishedAt: formatTime(end.finishedAt),
  };
}
