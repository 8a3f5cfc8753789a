import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerHost } from './host.ts';
import { lastWords } from './error-text.ts';
import { LaunchedKontainer } from './launched-kontainer.ts';
import { programOf } from './program.ts';
import { runtimeConfig } from './runtime-config.ts';
import type { Ground, Starter } from './starter.ts';

/** Each Kontainer is a container that the OCI runtime starts from the image. */
export class RunStarter implements Starter {
  readonly memoryBytes = 0;
  readonly unfit = false;
  readonly #host: ContainerHost;
  readonly #ground: Ground;

  constructor(host: ContainerHost, ground: Ground) {
    this.#host = host;
    this.#ground = ground;
  }

  get usable(): boolean {
    return this.#ground.launcher.alive;
  }

  begin(): LaunchedKontainer {
    const { launcher, spec } = this.#ground;
    const { memoryBytes, cpuMillis, pids, logBytes } = spec.limits;
    const id = this.#host.nextId();
    this.#writeBundle(id);
    const kontainer: LaunchedKontainer = new LaunchedKontainer({
      id,
      launcher,
      run: this.#host.options.run,
      whyNotReady: () => lastWords(kontainer.printed, this.#host.paths) || 'it ended before it took the call',
    });
    this.#host.limitStart(kontainer.ready, (reason) => kontainer.giveUp(reason));
    const port = spec.protocol === 'http' ? spec.port : 0;
    launcher.send('run', id, port, memoryBytes, cpuMillis, pids, logBytes);
    return kontainer;
  }

  fallen(): Promise<boolean> {
    return Promise.resolve(!this.usable);
  }

  async close(): Promise<void> {
    /* nothing is kept between calls */
  }

  /* Synchronous on purpose: two small files on tmpfs take a twentieth of the time that a turn of the event loop's
     thread pool takes, and the OCI runtime's start costs a hundred times more. */
  #writeBundle(id: number): void {
    const { spec, rootfs } = this.#ground;
    const { options, seccomp } = this.#host;
    const ending: Record<string, string> =
      spec.protocol === 'http' ? { PORT: String(spec.port) } : { KONTAIN_STREAM_FD: '3' };
    const config = runtimeConfig(spec, {
      args: programOf(spec),
      env: { ...spec.env, ...ending },
      user: spec.user,
      capabilities: [],
      seccomp: seccomp.kontainer,
      cgroupsPath: `${options.cgroup}/k${id}/c`,
      rootfs,
      hostname: `kontainer-${id}`,
      idBase: options.idBase,
      forks: false,
    });
    const bundle = join(options.run, 'b', String(id));
    mkdirSync(bundle, { mode: 0o700 });
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  }
}
