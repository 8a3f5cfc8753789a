import { mkdir } from 'node:fs/promises';
import type { Terminated } from '../kinds.ts';
import { preparePod, type PreparedContainer, type PreparedPod, type Preparation } from './prepare-pod.ts';
import { runPodContainer } from './run-pod-container.ts';
import { watchDisk } from './watch-disk.ts';

/** Why a pod is ended from outside, in Kubernetes' words. */
export class PodEnd extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.name = 'PodEnd';
    this.reason = reason;
  }
}

/**
 * Runs a pod to its end, which its state then tells: init containers one after the other, then the others together.
 * Rejects with the signal's reason if that ends it.
 */
export async function runPod(preparation: Preparation): Promise<void> {
  const { pod, parts, state } = preparation;
  const ended = new AbortController();
  const signal = AbortSignal.any([preparation.signal, ended.signal]);
  const { activeDeadlineSeconds } = pod.spec;
  const timer =
    activeDeadlineSeconds === undefined
      ? undefined
      : setTimeout(() => ended.abort(deadlineExceeded()), activeDeadlineSeconds * 1000);
  try {
    const prepared = await preparePod({ ...preparation, signal });
    await parts.slots.run(pod, signal, () => runContainers(prepared, { ...preparation, signal }, ended));
  } catch (error) {
    if (preparation.signal.aborted || !(error instanceof PodEnd)) throw error;
    state.end('Failed', error.reason, error.message);
  } finally {
    clearTimeout(timer);
  }
}

function deadlineExceeded(): PodEnd {
  return new PodEnd('DeadlineExceeded', 'Pod was active on the node longer than the specified deadline');
}

async function runContainers(
  { init, main, volumes }: PreparedPod,
  preparation: Preparation,
  ended: AbortController,
): Promise<void> {
  const { pod, parts, state } = preparation;
  // From here on the pod counts as run: a restart of the agent does not run it again.
  await mkdir(parts.places.logsOf(pod.metadata.uid ?? ''), { mode: 0o750 });
  using _ = watchDisk({ volumes, folder: parts.places.work, clock: parts.clock }, (message) =>
    ended.abort(new PodEnd('Evicted', message)),
  );
  for (const container of init)
    if (!isWell(await runPodContainer(container, preparation))) return state.end('Failed');
  const ends = await together(main, preparation);
  state.end(ends.every(isWell) ? 'Succeeded' : 'Failed');
}

/** All have ended when this settles, also when one of them could not be run. */
async function together(main: readonly PreparedContainer[], preparation: Preparation): Promise<Terminated[]> {
  const results = await Promise.allSettled(main.map((container) => runPodContainer(container, preparation)));
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

const isWell = ({ exitCode }: Terminated): boolean => exitCode === 0;
