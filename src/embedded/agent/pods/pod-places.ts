import { chown, mkdir, opendir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../../lib/errors.ts';
import { exec } from '../../../lib/exec.ts';
import { podLogFolder, podsPath } from '../pod-logs.ts';

const removeTimeoutMs = 10 * 60_000;

/** Folders of the pods below a home: `pods/<uid>` for their logs and their result, `agent/work/<uid>` while they run. */
export class PodPlaces {
  readonly home: string;
  readonly #idBase: number;

  constructor(home: string, idBase: number) {
    this.home = home;
    this.#idBase = idBase;
  }

  /** The images of pods. */
  get images(): string {
    return join(this.home, 'agent', 'images');
  }

  get work(): string {
    return join(this.home, 'agent', 'work');
  }

  workOf(uid: string): string {
    return join(this.work, uid);
  }

  logsOf(uid: string): string {
    return podLogFolder(this.home, uid);
  }

  resultOf(uid: string): string {
    return join(this.logsOf(uid), 'result.json');
  }

  /** Call it once, before anything runs: what an earlier agent left of running pods goes. */
  async open(): Promise<void> {
    await mkdir(podsPath(this.home), { recursive: true, mode: 0o750 });
    await removeTree(this.work);
    for (const folder of [join(this.home, 'agent'), this.work]) {
      await mkdir(folder, { recursive: true, mode: 0o710 });
      // Root of the containers has to pass, who is nobody out here; others of this machine must not.
      await chown(folder, 0, this.#idBase);
    }
  }

  /** Uids of pods that have a folder for logs: those that began to run. */
  started(): Promise<string[]> {
    return readdir(podsPath(this.home));
  }

  /** For those made while a pod runs: only we, and root of the containers. */
  async makeWork(uid: string): Promise<string> {
    const folder = this.workOf(uid);
    for (const path of [folder, join(folder, 'volumes')]) await this.makeFolder(path);
    return folder;
  }

  async makeFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true, mode: 0o710 });
    await chown(path, 0, this.#idBase);
  }
}

/** More than a build of ours leaves. Node removes all of a folder at once: half a million files were a gigabyte, and seconds of nothing else. */
const maxSmallEntries = 500;

/**
 * A small tree without a program: starting one costs ten times what a pod leaves to be removed. What a hostile one may have made
 * is for rm(1): countless files, folders deeper than any path is long.
 */
export async function removeTree(path: string): Promise<void> {
  if (await isSmall(path)) await rm(path, { recursive: true, force: true });
  else await exec('rm', ['-rf', '--one-file-system', '--', path], { timeoutMs: removeTimeoutMs });
}

async function isSmall(path: string): Promise<boolean> {
  let count = 0;
  try {
    for await (const _ of await opendir(path, { recursive: true }))
      if (++count > maxSmallEntries) return false;
    return true;
  } catch (error) {
    return hasErrno(error, 'ENOENT');
  }
}
