import { parseKubelessConfig, type KubelessConfig } from '../api/kubeless-config/kubeless-config.ts';
import { configMaps, type ConfigMap } from '../kube/builtin-resources.ts';
import type { ControllerSource } from '../kube/controller-source.ts';
import { Informer, type InformerOptions } from '../kube/informer.ts';
import { toFailure, type ReconcileFailure } from '../kube/reconcile-failure.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

export interface FollowedConfigOptions extends Pick<
  InformerOptions<ConfigMap>,
  'client' | 'clock' | 'random'
> {
  /** Where `kubeless-config` is. */
  place: { namespace: string; name: string };
  log: Logger;
}

/** `kubeless-config` as it is now: it is followed, no restart is needed. */
export class FollowedConfig implements AsyncDisposable {
  readonly #options: FollowedConfigOptions;
  readonly #informer: Informer<ConfigMap>;
  #current: { version: string; config: KubelessConfig } | undefined;

  constructor(options: FollowedConfigOptions) {
    const { namespace, name } = options.place;
    this.#options = options;
    const fieldSelector = `metadata.name=${name}`;
    this.#informer = new Informer({ ...options, resource: configMaps, namespace, fieldSelector });
    this.#informer.start();
  }

  get synced(): Promise<void> {
    return this.#informer.synced;
  }

  /** Namespace of the configuration, which is that of the platform unless it says otherwise. */
  get namespace(): string {
    return this.#options.place.namespace;
  }

  /** A change of the configuration concerns each of `allKeys`. */
  source(allKeys: () => readonly string[]): ControllerSource {
    return {
      synced: () => this.#informer.synced,
      start: (enqueue) =>
        this.#informer.subscribe(() => {
          for (const key of allKeys()) enqueue(key);
        }),
    };
  }

  /** `handler` gets the ConfigMap as it is, and after each change. */
  onChange(handler: (object: ConfigMap) => void): void {
    let seen: string | undefined;
    this.#informer.subscribe(({ type, object }) => {
      const version = object.metadata.resourceVersion;
      if (type !== 'deleted' && version !== seen) handler(object);
      seen = version;
    });
  }

  /**
   * For an informer: what `functions-namespace` says now. It counts from the start of the leadership, as what is watched
   * does not change under it.
   */
  scope(): { namespace?: string } {
    const namespace = this.#informer.get(this.#options.place)?.data?.['functions-namespace'] ?? '';
    return namespace === '' ? {} : { namespace };
  }

  /**
   * The last configuration that could be read: a mistake in it does not stop what works. The same object until it
   * changes. Throws ReconcileFailure if there never was one.
   */
  current(): KubelessConfig {
    const object = this.#informer.get(this.#options.place);
    const version = object?.metadata.resourceVersion ?? 'none';
    if (this.#current?.version === version) return this.#current.config;
    try {
      this.#current = { version, config: parseKubelessConfig(object?.data) };
    } catch (error) {
      this.#options.log.error({ reason: errorMessage(error) }, 'kubeless-config cannot be used');
      if (this.#current === undefined) throw unusable(error);
      this.#current.version = version;
    }
    return this.#current.config;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#informer[Symbol.asyncDispose]();
  }
}

function unusable(error: unknown): ReconcileFailure<'InvalidConfiguration' | 'InternalError'> {
  return toFailure('InvalidConfiguration', error, false);
}
