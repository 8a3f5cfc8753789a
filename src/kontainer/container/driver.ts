import type { KontainerDriver, Template } from '../kontainer.ts';
import type { KontainerSpec } from '../spec.ts';
import { ContainerHost, type ContainerHostOptions } from './host.ts';
import { ContainerTemplate } from './container-template.ts';

/** The container class: hardened containers by an OCI runtime, and forks of a template inside one. */
export class ContainerDriver implements KontainerDriver {
  readonly #host: ContainerHost;

  constructor(options: ContainerHostOptions) {
    this.#host = new ContainerHost(options);
  }

  /** Starts the launcher, to find out early whether Kontainers can run here. Rejects with `not_ready` and why not. */
  async check(): Promise<void> {
    await this.#host.launcher();
  }

  prepare(spec: KontainerSpec, files?: string): Template {
    return new ContainerTemplate(this.#host, spec, files);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host[Symbol.asyncDispose]();
  }
}
