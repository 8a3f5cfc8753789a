import type { Image } from '../api/image.ts';
import { configMaps, secrets } from '../kube/builtin-resources.ts';
import type { ControllerSource } from '../kube/controller-source.ts';
import type { Informer } from '../kube/informer.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { Resource } from '../kube/resource.ts';
import type { Clock } from '../lib/clock.ts';
import type { ReferencedObject, ReferenceReader } from './env-values.ts';
import { DeployFailure } from './failure.ts';

type Kind = 'Secret' | 'ConfigMap';
type Referenced = KubeObject & ReferencedObject;
const resources: Record<Kind, Resource<Referenced>> = { Secret: secrets, ConfigMap: configMaps };

export type InformerFactory = (resource: Resource<Referenced>, namespace: string) => Informer<Referenced>;

interface Followed {
  informer: Informer<Referenced>;
  unsubscribe: () => void;
}

/** `Secret/name`; the namespace is that of the Image. */
type Reference = string;

const syncTimeoutMs = 30_000;

/**
 * Follows the Secrets and ConfigMaps that Images refer to: one informer per kind and namespace that has such Images, none
 * elsewhere, so that the platform reads no more secrets than it needs. Tells which Images a change concerns.
 */
export class ReferencedObjects implements AsyncDisposable {
  readonly #makeInformer: InformerFactory;
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #followed = new Map<string, Followed>();
  /** Key of an Image → what it refers to. */
  readonly #references = new Map<string, ReadonlySet<Reference>>();
  #enqueue: (key: string) => void = () => undefined;

  constructor(makeInformer: InformerFactory, clock: Pick<Clock, 'sleep'>) {
    this.#makeInformer = makeInformer;
    this.#clock = clock;
  }

  readonly source: ControllerSource = {
    start: (enqueue) => {
      this.#enqueue = enqueue;
      return () => (this.#enqueue = () => undefined);
    },
    synced: () => Promise.resolve(),
  };

  /** Call it before reading; what the Image referred to before is followed no longer unless others need it. */
  async follow(key: string, { metadata, spec }: Image): Promise<ReferenceReader> {
    const { namespace } = metadata;
    this.#references.set(key, referencesOf(spec));
    await this.#dropUnused(namespace);
    return {
      secret: (name) => this.#read('Secret', namespace, name),
      configMap: (name) => this.#read('ConfigMap', namespace, name),
    };
  }

  async forget(key: string, namespace: string): Promise<void> {
    this.#references.delete(key);
    await this.#dropUnused(namespace);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#followed.keys()].map((key) => this.#drop(key)));
  }

  async #read(kind: Kind, namespace: string, name: string): Promise<Referenced | undefined> {
    const { informer } = this.#informer(kind, namespace);
    const timeout = new AbortController();
    try {
      await Promise.race([informer.synced, this.#giveUp(kind, namespace, timeout.signal)]);
    } finally {
      timeout.abort();
    }
    return informer.get({ namespace, name });
  }

  async #giveUp(kind: Kind, namespace: string, signal: AbortSignal): Promise<never> {
    await this.#clock.sleep(syncTimeoutMs, signal);
    const message = `The ${kind}s of namespace ${namespace} cannot be read. Give the downloader's account get, list and watch on them.`;
    throw new DeployFailure(`${kind}NotFound`, message);
  }

  #informer(kind: Kind, namespace: string): Followed {
    const key = `${kind}/${namespace}`;
    const known = this.#followed.get(key);
    if (known !== undefined) return known;
    const informer = this.#makeInformer(resources[kind], namespace);
    const unsubscribe = informer.subscribe(({ object }) => {
      this.#announce(namespace, `${kind}/${object.metadata.name ?? ''}`);
    });
    informer.start();
    const followed = { informer, unsubscribe };
    this.#followed.set(key, followed);
    return followed;
  }

  #announce(namespace: string, reference: Reference): void {
    for (const [key, references] of this.#references) {
      if (key.startsWith(`${namespace}/`) && references.has(reference)) this.#enqueue(key);
    }
  }

  async #dropUnused(namespace: string): Promise<void> {
    for (const kind of ['Secret', 'ConfigMap'] as const) {
      if (!this.#isUsed(kind, namespace)) await this.#drop(`${kind}/${namespace}`);
    }
  }

  #isUsed(kind: Kind, namespace: string): boolean {
    for (const [key, references] of this.#references) {
      if (!key.startsWith(`${namespace}/`)) continue;
      for (const reference of references) if (reference.startsWith(`${kind}/`)) return true;
    }
    return false;
  }

  async #drop(key: string): Promise<void> {
    const followed = this.#followed.get(key);
    this.#followed.delete(key);
    followed?.unsubscribe();
    await followed?.informer[Symbol.asyncDispose]();
  }
}

function referencesOf(spec: Image['spec']): Set<Reference> {
  const { env = [], files = [], imagePullSecrets = [], routes = [] } = spec;
  const sources = files.flatMap((mount) => mount.sources);
  const secretNames = [
    ...imagePullSecrets.map(({ name }) => name),
    ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ...sources.map(({ secret }) => secret?.name),
    ...routes.flatMap(({ basicAuthSecret, tlsSecret }) => [basicAuthSecret, tlsSecret]),
  ];
  const configMapNames = [
    ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
    ...sources.map(({ configMap }) => configMap?.name),
  ];
  return new Set([...named('Secret', secretNames), ...named('ConfigMap', configMapNames)]);
}

function named(kind: Kind, names: readonly (string | undefined)[]): Reference[] {
  return names.flatMap((name) => (name === undefined ? [] : [`${kind}/${name}`]));
}
