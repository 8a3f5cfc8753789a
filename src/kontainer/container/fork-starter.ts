import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LauncherEvent } from '../launcher/event-parser.ts';
import type { ContainerHost } from './host.ts';
import { lastWords } from './error-text.ts';
import { LaunchedKontainer } from './launched-kontainer.ts';
import { programOf } from './program.ts';
import { runtimeConfig, templateCapabilities } from './runtime-config.ts';
import type { Ground, Starter } from './starter.ts';

/** What a template may use beyond a call's own limit: it holds the runtime for all of them. */
const templateExtraBytes = 128 * 1024 * 1024;
/** Until it is known what a template holds. */
const assumedBytes = 32 * 1024 * 1024;
/** The OCI runtime, page tables, cgroup: what its own processes do not count. */
const overheadBytes = 4 * 1024 * 1024;
/** Forks live in the template's cgroup until they have their own. */
const templatePids = 1024;
const outputTailBytes = 4096;
/** A fork may be refused a moment before the end of its template is told. */
const endWaitMs = 200;
/** Exit code, as waitpid has it, of a runtime whose function works but must not be forked (runtimes/README.md). */
const notForkable = 75 << 8;

/** One container holds the function, loaded; each Kontainer is forked from it. */
export class ForkStarter implements Starter {
  readonly #host: ContainerHost;
  readonly #ground: Ground;
  readonly #id: number;
  readonly #up = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();
  #wasUp = false;
  #alive = true;
  #late = false;
  #unfit = false;
  #heldBytes = assumedBytes;
  #output = '';
  #reason = 'it ended while it was loaded';

  private constructor(host: ContainerHost, ground: Ground, id: number) {
    this.#host = host;
    this.#ground = ground;
    this.#id = id;
    ground.launcher.subscribe(id, (event) => this.#handle(event));
  }

  /** Returns before the function is loaded: forks can be asked for and are served in turn. */
  static async create(host: ContainerHost, ground: Ground): Promise<ForkStarter> {
    const { spec, launcher } = ground;
    const id = host.nextId();
    const bundle = join(host.options.run, 'b', String(id));
    await mkdir(bundle, { mode: 0o700 });
    await writeFile(join(bundle, 'config.json'), JSON.stringify(configOf(host, ground, id)));
    const starter = new ForkStarter(host, ground, id);
    host.limitStart(starter.#up.promise, (reason) => starter.#drop(reason));
    launcher.send('template', id, spec.limits.memoryBytes + templateExtraBytes, templatePids);
    return starter;
  }

  get usable(): boolean {
    return this.#alive && !this.#late && this.#ground.launcher.alive;
  }

  get unfit(): boolean {
    return this.#unfit;
  }

  async fallen(): Promise<boolean> {
    if (this.#unfit) return true;
    if (!this.#ground.launcher.alive) return true;
    if (!this.#wasUp || this.#late) return false;
    await Promise.race([this.#gone.promise, this.#host.options.clock.sleep(endWaitMs)]);
    return !this.usable;
  }

  get memoryBytes(): number {
    return this.#alive ? this.#heldBytes + overheadBytes : 0;
  }

  begin(): LaunchedKontainer {
    const { launcher, spec } = this.#ground;
    const { limits, user } = spec;
    const id = this.#host.nextId();
    /* a program that is started in the fork may have said why it ended */
    const whyNotReady = (): string => lastWords(kontainer.printed, this.#host.paths) || this.#explain();
    const kontainer: LaunchedKontainer = new LaunchedKontainer({
      id,
      launcher,
      run: this.#host.options.run,
      whyNotReady,
    });
    kontainer.start = 'fork';
    const size = [limits.tmpBytes, limits.fileSizeBytes];
    const identity = [user.uid, user.gid, user.groups.join(',')];
    const caps = [limits.memoryBytes, limits.cpuMillis, limits.pids, limits.logBytes];
    launcher.send('fork', this.#id, id, ...size, ...identity, ...caps);
    /* a template that does not fork is broken, and only its end frees what waits for it */
    this.#host.limitStart(kontainer.ready, (reason) => this.#drop(reason));
    return kontainer;
  }

  async close(): Promise<void> {
    if (this.#alive) this.#ground.launcher.send('drop', this.#id);
    await this.#gone.promise;
  }

  /** Its forks end with it; the next call starts another. */
  #drop(reason: string): void {
    if (!this.#alive) return;
    this.#reason = reason;
    this.#late = true;
    this.#ground.launcher.send('drop', this.#id);
  }

  #explain(): string {
    if (this.#late) return this.#reason;
    return lastWords(this.#output, this.#host.paths) || this.#reason;
  }

  #handle(event: LauncherEvent): void {
    if (event.type === 'out')
      this.#output = (this.#output + event.chunk.toString('utf8')).slice(-outputTailBytes);
    if (event.type === 'failed') this.#reason = event.step;
    if (event.type === 'holds') this.#heldBytes = event.bytes;
    if (event.type === 'up') this.#wasUp = true;
    if (event.type === 'up' || event.type === 'gone') this.#up.resolve();
    if (event.type !== 'gone') return;
    if (event.outOfMemory && !this.#late) this.#reason = 'it needs more memory than its limit to be loaded';
    this.#unfit = event.status === notForkable;
    this.#alive = false;
    this.#ground.launcher.unsubscribe(this.#id);
    this.#gone.resolve();
  }
}

function configOf(host: ContainerHost, { spec, rootfs }: Ground, id: number): object {
  return runtimeConfig(spec, {
    args: programOf(spec),
    env: { ...spec.env, KONTAIN_TEMPLATE_FD: '3' },
    user: { uid: 0, gid: 0, groups: [] },
    capabilities: templateCapabilities,
    seccomp: host.seccomp.template,
    cgroupsPath: `${host.options.cgroup}/k${id}/c`,
    rootfs,
    hostname: `template-${id}`,
    idBase: host.options.idBase,
    forks: true,
  });
}
