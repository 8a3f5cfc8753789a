import type { Kontainer, StartOptions, Template } from '../kontainer.ts';
import type { KontainerSpec } from '../spec.ts';
import { ForkStarter } from './fork-starter.ts';
import type { ContainerHost } from './host.ts';
import type { LaunchedKontainer } from './launched-kontainer.ts';
import { Pool } from './pool.ts';
import { mountRootfs, type Rootfs } from './rootfs.ts';
import { RunStarter } from './run-starter.ts';
import type { Starter } from './starter.ts';

/** More would hold memory for a burst that may not come. */
const maxWaiting = 16;
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
  #standing: Promise<Standing> | null = null;
  #current: Standing | null = null;
  #first = true;

  constructor(host: ContainerHost, spec: KontainerSpec) {
    this.#host = host;
    this.spec = spec;
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
    const standing = await this.#standing?.catch(() => null);
    this.#standing = this.#current = null;
    if (standing) await dismantle(standing);
  }

  async #take(signal: AbortSignal): Promise<LaunchedKontainer> {
    const { pool, starter } = this.#current?.starter.usable ? this.#current : await this.#stand();
    signal.throwIfAborted();
    if (pool !== null) return pool.take(signal);
    const kontainer = starter.begin();
    await kontainer.ready;
    return kontainer;
  }

  #stand(): Promise<Standing> {
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
    const launcher = await this.#host.launcher();
    const rootfs = await mountRootfs(this.#host, launcher, this.spec.layers);
    const ground = { spec: this.spec, launcher, rootfs: rootfs.path };
    const forks = this.spec.start === 'template';
    const starter = forks ? await ForkStarter.create(this.#host, ground) : new RunStarter(this.#host, ground);
    return { starter, rootfs, pool: this.spec.start === 'cold' ? null : this.#pool(starter) };
  }

  #pool(starter: Starter): Pool {
    const prewarm = Math.max(1, this.spec.prewarm);
    return new Pool({ begin: () => starter.begin(), prewarm, maxWaiting: Math.max(maxWaiting, prewarm) });
  }
}

async function dismantle({ starter, rootfs, pool }: Standing): Promise<void> {
  pool?.close();
  await starter.close();
  rootfs.unmount();
}
