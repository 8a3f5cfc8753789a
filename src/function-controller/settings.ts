import { parseKubelessConfig, type KubelessConfig } from '../api/kubeless-config/kubeless-config.ts';
import type { ConfigMap } from '../kube/builtin-resources.ts';
import type { ControllerSource } from '../kube/controller-source.ts';
import type { Informer } from '../kube/informer.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { RegistryClient } from '../oci/registry/registry-client.ts';
import { RegistryConnection } from '../oci/registry/registry-connection.ts';
import { toFailure } from './failure.ts';
import { RegistryImages } from './image-build/registry-images.ts';

interface Current {
  version: string;
  config: KubelessConfig;
  registry: RegistryImages;
  connection: RegistryConnection;
}

export interface SettingsOptions {
  configMaps: Pick<Informer<ConfigMap>, 'get' | 'subscribe' | 'synced'>;
  /** Where `kubeless-config` is. */
  ref: { namespace: string; name: string };
  /** Keys of all Functions: a change of the configuration concerns each. */
  allKeys: () => readonly string[];
  clock: Pick<Clock, 'monotonic'>;
  log: Logger;
}

/** The configuration as the ConfigMap has it now: it is followed, no restart is needed. */
export class Settings implements AsyncDisposable {
  readonly #options: SettingsOptions;
  #current: Current | undefined;
  readonly #closing = new Set<Promise<void>>();

  constructor(options: SettingsOptions) {
    this.#options = options;
  }

  /** Namespace of the configuration, which is that of the platform unless it says otherwise. */
  get namespace(): string {
    return this.#options.ref.namespace;
  }

  readonly source: ControllerSource = {
    synced: () => this.#options.configMaps.synced,
    start: (enqueue) =>
      this.#options.configMaps.subscribe(() => {
        for (const key of this.#options.allKeys()) enqueue(key);
      }),
  };

  /**
   * The last configuration that could be read: a mistake in it does not stop functions that are served. Throws
   * FunctionFailure if there never was one.
   */
  current(): { config: KubelessConfig; registry: RegistryImages } {
    const object = this.#options.configMaps.get(this.#options.ref);
    const version = object?.metadata.resourceVersion ?? 'none';
    if (this.#current?.version === version) return this.#current;
    try {
      this.#replace(version, parseKubelessConfig(object?.data));
    } catch (error) {
      this.#options.log.error({ reason: errorMessage(error) }, 'kubeless-config cannot be used');
      if (this.#current === undefined) throw toFailure('InvalidConfiguration', error, false);
      this.#current.version = version;
    }
    if (this.#current === undefined) throw toFailure('InvalidConfiguration', new Error('no configuration'));
    return this.#current;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current?.connection[Symbol.asyncDispose]();
    await Promise.all(this.#closing);
  }

  #replace(version: string, config: KubelessConfig): void {
    const old = this.#current?.connection;
    const connection = new RegistryConnection({
      isInsecure: () => !config.registryTlsVerify,
      certificateAuthority: config.registryCertificateAuthority,
    });
    const registry = new RegistryImages(new RegistryClient(connection), this.#options.clock);
    this.#current = { version, config, registry, connection };
    if (old !== undefined) this.#close(old);
  }

  /** Its requests in flight fail, and are made again by the retry of their reconcile. */
  #close(connection: RegistryConnection): void {
    const closing = connection[Symbol.asyncDispose]().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
