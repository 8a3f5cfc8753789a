import { availableParallelism } from 'node:os';
import { PlatformError } from '../../lib/errors.ts';
import type { Kontainer, StartOptions, Template } from '../kontainer.ts';
import type { KontainerSpec } from '../spec.ts';
import { ForkStarter } from './fork-starter.ts';
import type { ContainerHost } from './host.ts';
import type { LaunchedKontainer } from './launched-kontainer.ts';
import { Pool } from './pool.ts';
import { mountRootfs, type Rootfs } from './rootfs.ts';
import { RunStarter } from './run-starter.ts';
import type { Ground, Starter } from './starter.ts';

/** More would hold memory for a burst that may not come. */
const maxWaiting = 16;
/** Two for each processor: one that computes, one that waits for the kernel. */
const maxStarting = 2 * availableParallelism();
const waitingBytes = 4 * 1024 * 1024;

/** All that stands while a function is in use; gone as a whole when the launcher or the template dies. */
interface Standing {
  starter: Starter;
  rootfs: Rootfs;
  pool: Pool | null;
}

/** One version of one function, in the container class. */
export class ContainerTemplate implements Template {
  readonly spec: KontainerSpec;
  readonly #host: ContainerHost;
  readonly #files: string | undefined;
  #standing: Promise<Standing> | null = null;
  #current: Standing | null = null;
  #first = true;
  /* not while a function's own code keeps threads or connections open that a fork would lose */
  #forks: boolean;
  #closed = false;

  constructor(host: ContainerHost, spec: KontainerSpec, files: string | undefined) {
    this.#host = host;
    this.spec = spec;
    this.#files = files;
    this.#forks = spec.start === 'template';
  }

  get memoryBytes(): number {
    const { starter, pool } = this.#current ?? {};
    return (starter?.memoryBytes ?? 0) + (pool?.waiting ?? 0) * waitingBytes;
  }

  async start({ output, signal, callEnv }: StartOptions): Promise<Kontainer> {
    const kontainer = await this.#take(signal);
    kontainer.callEnv = callEnv;
    kontainer.output = output;
    if (this.#first && kontainer.start === 'fork') kontainer.start = 'first';
    this.#first = false;
    return kontainer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const standing = await this.#standing?.catch(() => null);
    this.#standing = this.#current = null;
    if (standing) await dismantle(standing);
  }

  async #take(signal: AbortSignal): Promise<LaunchedKontainer> {
    const standing = await this.#usable();
    try {
      return await takeFrom(standing, signal);
    } catch (error) {
      // What it stood on fell before the call had begun: it need not notice, unless that happens again.
      if (signal.aborted || !(await standing.starter.fallen())) throw error;
      return takeFrom(await this.#usable(), signal);
    }
  }

  #usable(): Standing | Promise<Standing> {
    return this.#current?.starter.usable ? this.#current : this.#stand();
  }

  #stand(): Promise<Standing> {
    if (this.#closed) throw new PlatformError('not_ready', 'The function is no longer on this node.');
    if (this.#standing !== null && this.#current === null) return this.#standing;
    const fallen = this.#current;
    this.#current = null;
    this.#standing = this.#build(fallen);
    this.#standing.then(
      (standing) => (this.#current = standing),
      () => (this.#standing = null),
    );
    return this.#standing;
  }

  async #build(fallen: Standing | null): Promise<Standing> {
    if (fallen !== null) await dismantle(fallen);
    if (fallen?.starter.unfit) this.#giveUpForks();
    const launcher = await this.#host.launcher();
    const { layers, workingDir } = this.spec;
    const rootfs = await mountRootfs(this.#host, launcher, { layers, workingDir, files: this.#files });
    const ground = { spec: this.spec, launcher, rootfs: rootfs.path };
    const starter = await this.#starter(ground).catch((error: unknown) => {
      rootfs.unmount();
      throw error;
    });
    return { starter, rootfs, pool: this.spec.start === 'cold' ? null : this.#pool(starter) };
  }

  #giveUpForks(): void {
    const { namespace, name } = this.spec;
    this.#forks = false;
    this.#host.options.logger.warn(
      { namespace, function: name },
      'function cannot be forked: started from its image',
    );
  }

  async #starter(ground: Ground): Promise<Starter> {
    if (this.#forks) return ForkStarter.create(this.#host, ground);
    return new RunStarter(this.#host, ground);
  }

  #pool(starter: Starter): Pool {
    const prewarm = Math.max(1, this.spec.prewarm);
    const { clock } = this.#host.options;
    const most = Math.max(maxWaiting, prewarm);
    return new Pool({ begin: () => starter.begin(), prewarm, maxWaiting: most, maxStarting, clock });
  }
}

async function takeFrom({ pool, starter }: Standing, signal: AbortSignal): Promise<LaunchedKontainer> {
  signal.throwIfAborted();
  const kontainer = await (pool === null ? beginFor(signal, starter) : pool.take(signal));
  if (!signal.aborted) return kontainer;
  kontainer.kill('caller_gone');
  throw signal.reason;
}

/** Rejects as soon as the caller has gone, and leaves nothing of it. */
async function beginFor(signal: AbortSignal, starter: Starter): Promise<LaunchedKontainer> {
  const kontainer = starter.begin();
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const leave = (): void => {
    kontainer.kill('caller_gone');
    reject(signal.reason);
  };
  signal.addEventListener('abort', leave, { once: true });
  try {
    await Promise.race([kontainer.ready, gone]);
    return kontainer;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

async function dismantle({ starter, rootfs, pool }: Standing): Promise<void> {
  await Promise.all([pool?.close(), starter.close()]);
  rootfs.unmount();
}
