import type { KubelessConfig } from '../api/kubeless-config/kubeless-config.ts';
import type { FollowedConfig } from '../controllers/followed-config.ts';
import type { Clock } from '../lib/clock.ts';
import { RegistryClient } from '../oci/registry/registry-client.ts';
import { RegistryConnection } from '../oci/registry/registry-connection.ts';
import { RegistryImages } from './image-build/registry-images.ts';

interface Current {
  config: KubelessConfig;
  registry: RegistryImages;
  connection: RegistryConnection;
}

export interface SettingsOptions {
  followed: Pick<FollowedConfig, 'current' | 'namespace'>;
  clock: Pick<Clock, 'monotonic'>;
}

/** The configuration of now, and a connection to registries that is made as it says. */
export class Settings implements AsyncDisposable {
  readonly #options: SettingsOptions;
  #current: Current | undefined;
  readonly #closing = new Set<Promise<void>>();

  constructor(options: SettingsOptions) {
    this.#options = options;
  }

  /** Namespace of the configuration, which is that of the platform unless it says otherwise. */
  get namespace(): string {
    return this.#options.followed.namespace;
  }

  /** Throws ReconcileFailure if there never was a configuration that could be read. */
  current(): { config: KubelessConfig; registry: RegistryImages } {
    const config = this.#options.followed.current();
    if (this.#current?.config === config) return this.#current;
    const old = this.#current?.connection;
    const connection = new RegistryConnection({
      isInsecure: () => !config.registryTlsVerify,
      certificateAuthority: config.registryCertificateAuthority,
    });
    const registry = new RegistryImages(new RegistryClient(connection), this.#options.clock);
    this.#current = { config, registry, connection };
    if (old !== undefined) this.#close(old);
    return this.#current;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current?.connection[Symbol.asyncDispose]();
    await Promise.all(this.#closing);
  }

  /** Its requests in flight fail, and are made again by the retry of their reconcile. */
  #close(connection: RegistryConnection): void {
    const closing = connection[Symbol.asyncDispose]().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
