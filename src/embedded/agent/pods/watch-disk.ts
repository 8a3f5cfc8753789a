import { statfs } from 'node:fs/promises';
import type { Clock } from '../../../lib/clock.ts';
import { exec } from '../../../lib/exec.ts';
import type { PodVolume } from './volumes.ts';

export interface DiskWatch {
  volumes: readonly Pick<PodVolume, 'name' | 'folder' | 'limitBytes'>[];
  /** On the file system that must not become full. */
  folder: string;
  clock: Pick<Clock, 'sleep'>;
}

const intervalMs = 500;
const measureTimeoutMs = 60_000;
/** Less must not be left free: others live on that disk too. */
const keepBytes = 256 * 1024 * 1024;

/**
 * Looks now and then whether a pod that runs keeps to the sizes of its emptyDirs and leaves room on the disk, as kubelet
 * does; tells once when not. Between two looks a limit can be passed.
 */
export function watchDisk(watch: DiskWatch, onExceeded: (message: string) => void): Disposable {
  const stop = new AbortController();
  void look(watch, stop.signal, onExceeded).catch(() => undefined);
  return { [Symbol.dispose]: () => stop.abort() };
}

async function look(
  { volumes, folder, clock }: DiskWatch,
  signal: AbortSignal,
  onExceeded: (message: string) => void,
): Promise<void> {
  for (;;) {
    await clock.sleep(intervalMs, signal);
    const problem = (await noRoom(folder)) ?? (await tooLarge(volumes, signal));
    if (problem !== undefined && !signal.aborted) return onExceeded(problem);
  }
}

async function noRoom(folder: string): Promise<string | undefined> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= keepBytes) return undefined;
  return 'The node was low on resource: ephemeral-storage.';
}

async function tooLarge(volumes: DiskWatch['volumes'], signal: AbortSignal): Promise<string | undefined> {
  for (const { name, folder, limitBytes } of volumes) {
    if (limitBytes !== undefined && (await sizeOf(folder, signal)) > limitBytes)
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limitBytes}".`;
  }
  return undefined;
}

async function sizeOf(folder: string, signal: AbortSignal): Promise<number> {
  // Files that go away while it counts make it fail, and it still says a size.
  const args = ['-c', 'du -sx --block-size=1 -- "$1" || :', 'sh', folder];
  const { stdout } = await exec('sh', args, { timeoutMs: measureTimeoutMs, signal });
  return Number(stdout.toString().split('\t', 1)[0]);
}
