import { randomInt } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { Launcher } from '../launcher/launcher.ts';
import { compileFilter, containerSeccomp, type ContainerSeccomp } from './compile-seccomp.ts';
import { narrowingFilter } from './seccomp-filter.ts';
import { parseSeccompProfile, resolveSeccompProfile, type ResolvedProfile } from './seccomp-profile.ts';
import { templateCapabilities } from './runtime-config.ts';
import { writeSkeleton } from './skeleton.ts';
import type { WorkingFolderPlace } from './working-folder.ts';

export interface ContainerHostOptions {
  /** Folder of build/native. */
  native: string;
  /** Private folder for everything that dies with the launcher; short, since sockets lie below it. */
  run: string;
  /** Folder whose `<diff id>/fs` are the unpacked layers. */
  layers: string;
  /** OCI runtime, such as /usr/bin/crun. */
  runtime: string;
  cgroup: string;
  /** First host id of the Kontainers' user namespaces. */
  idBase: number;
  /** Text of the container engines' seccomp profile. */
  seccompProfile: string;
  /** A Kontainer or template that is not ready after so long is killed. Default one minute. */
  startTimeoutMs?: number;
  clock: Clock;
  logger: Logger;
}

const defaultStartTimeoutMs = 60_000;

/** For containers that run user code, and for templates, which need more until they fork. */
export interface SeccompFilters {
  kontainer: ContainerSeccomp;
  template: ContainerSeccomp;
}

/** What all functions of a node share: the launcher, which is started again when it dies, and the folders around it. */
export class ContainerHost implements AsyncDisposable {
  readonly options: ContainerHostOptions;
  readonly skeleton: string;
  readonly workingFolders: WorkingFolderPlace;
  readonly #profiles: { kontainer: ResolvedProfile; template: ResolvedProfile };
  #seccomp: SeccompFilters | undefined;
  #launcher: Promise<Launcher> | null = null;
  #current: Launcher | null = null;
  /* a launcher that is still dying may hold cgroups and names of a former life: never use a number twice */
  #nextId = randomInt(2 ** 40);
  #closed = false;

  constructor(options: ContainerHostOptions) {
    this.options = options;
    this.skeleton = join(options.run, 'skeleton');
    this.workingFolders = { folders: join(options.run, 'folders'), idBase: options.idBase };
    const profile = parseSeccompProfile(options.seccompProfile);
    this.#profiles = {
      kontainer: resolveSeccompProfile(profile, new Set()),
      template: resolveSeccompProfile(profile, new Set(templateCapabilities)),
    };
  }

  /** Places on this host that no function's author shall read in an error. */
  get paths(): string[] {
    return [this.options.run, this.options.layers, this.options.native];
  }

  /** There once the first launcher is. */
  get seccomp(): SeccompFilters {
    if (this.#seccomp === undefined) throw new Error('no launcher has been started');
    return this.#seccomp;
  }

  /** Calls `late` unless `started` is settled in time. */
  limitStart(started: Promise<unknown>, late: (reason: string) => void): void {
    const limit = this.options.startTimeoutMs ?? defaultStartTimeoutMs;
    const timer = setTimeout(() => late(`it was not ready after ${limit} ms`), limit).unref();
    const clear = (): void => clearTimeout(timer);
    started.then(clear, clear);
  }

  nextId(): number {
    return ++this.#nextId;
  }

  /** The live launcher, at once; undefined while there is none. */
  get current(): Launcher | undefined {
    return this.#current?.alive ? this.#current : undefined;
  }

  /** The live launcher; the first call, and the first after its death, starts one. */
  launcher(): Promise<Launcher> {
    if (this.#closed) return Promise.reject(new Error('the container host is closed'));
    if (this.#launcher !== null && (this.#current === null || this.#current.alive)) return this.#launcher;
    this.#current = null;
    this.#launcher = this.#start();
    this.#launcher.catch(() => (this.#launcher = null));
    return this.#launcher;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const launcher = await this.#launcher?.catch(() => undefined);
    await launcher?.[Symbol.asyncDispose]();
    await rm(this.options.run, { recursive: true, force: true });
  }

  async #start(): Promise<Launcher> {
    const { native, run, idBase, logger } = this.options;
    /* others must be able to pass through to the root file systems, and see nothing on the way */
    await mkdir(run, { recursive: true, mode: 0o711 });
    for (const name of ['b', 'k', 'fs', 'folders', 'runtime'])
      await rm(join(run, name), { recursive: true, force: true });
    await mkdir(join(run, 'fs'), { mode: 0o711 });
    await writeSkeleton(this.skeleton, join(native, 'kontainer-exec'), idBase);
    const seccomp = await this.#compileSeccomp();
    const launcher = await Launcher.start({
      ...this.options,
      program: join(native, 'kontainer-launcher'),
      seccomp,
    });
    logger.info({ pid: launcher.pid }, 'launcher started');
    void launcher.ended.then((reason) => {
      if (!this.#closed) logger.error({ reason }, 'launcher ended');
    });
    this.#current = launcher;
    return launcher;
  }

  /** Answers the file for forks: they have the template's filter already. */
  async #compileSeccomp(): Promise<string> {
    const { native, run } = this.options;
    const { template, kontainer } = this.#profiles;
    const [ofTemplate, ofKontainer, forks] = await Promise.all([
      containerSeccomp(template, native),
      containerSeccomp(kontainer, native),
      compileFilter(narrowingFilter(template, kontainer), native),
    ]);
    this.#seccomp = { template: ofTemplate, kontainer: ofKontainer };
    const file = join(run, 'seccomp.bpf');
    await writeFile(file, forks);
    return file;
  }
}
