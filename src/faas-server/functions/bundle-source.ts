import { openLeases, closeLeases, renewLeases } from '../../oci/bundle-leases.ts';
import { watchBundles, type BundleWatch } from '../../oci/bundle-watch.ts';
import { currentVersion, leaseCurrent, readRoutes, releaseBundle, type Bundle } from '../../oci/bundles.ts';
import { versionFilesPath, type BundleName } from '../../oci/paths.ts';
import { routesDocumentSchema, type RoutesDocument } from '../../kontainer/routes.ts';
import { kontainerSpecSchema, type KontainerSpec } from '../../kontainer/spec.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { FunctionListener, FunctionSource, OpenFunction } from './function-source.ts';

/** Far below the age at which the collector takes a server for dead. */
const renewMs = 10_000;

export interface BundleSourceOptions {
  /** The platform's root folder, see src/oci/paths.ts. */
  root: string;
  /** Names this server's leases; the same after a restart, so that what a crash left is given back. */
  serverId: string;
  clock: Clock;
  log: Logger;
}

/** The bundles that faas-downloader keeps on the shared file system. */
export class BundleSource implements FunctionSource {
  readonly #options: BundleSourceOptions;
  readonly #closed = new AbortController();
  /** A lease is one file per version, however many use it: users are counted here. */
  readonly #users = new Map<string, number>();
  #renewal: NodeJS.Timeout | undefined;
  #watch: BundleWatch | undefined;
  /** One after the other: two looks at one bundle must not overtake each other. */
  #looks = Promise.resolve();

  constructor(options: BundleSourceOptions) {
    this.#options = options;
  }

  async watch(listener: FunctionListener): Promise<void> {
    const { root, serverId, clock, log } = this.#options;
    await openLeases(root, serverId);
    this.#renewal = setInterval(() => {
      renewLeases(root, serverId, clock.now()).catch((err: unknown) =>
        log.error({ err }, 'leases not renewed'),
      );
    }, renewMs);
    const changed = (bundle: BundleName): void => {
      this.#looks = this.#looks
        .then(() => this.#look(bundle, listener))
        .catch((err: unknown) => log.error({ err, ...bundle }, 'bundle not read'));
    };
    this.#watch = await watchBundles(root, changed, this.#closed.signal, { log });
    await this.#looks;
  }

  async look(namespace: string, name: string): Promise<void> {
    const bundle = { namespace, name };
    // What is not there, which anyone may ask for, does not wait behind what is.
    if (!(await this.#isThere(bundle))) return;
    await this.#watch?.look(bundle);
    await this.#looks;
  }

  async open(namespace: string, name: string): Promise<OpenFunction> {
    const { root, serverId } = this.#options;
    const bundle = await leaseCurrent(root, serverId, { namespace, name });
    if (!bundle) throw new PlatformError('not_found', 'there is no such function');
    const key = `${namespace}/${bundle.version}`;
    this.#users.set(key, (this.#users.get(key) ?? 0) + 1);
    try {
      const spec = parseSpec(bundle);
      const release = (): Promise<void> => this.#release(key, bundle);
      return { spec, version: bundle.version, release, ...filesOf(root, bundle, spec) };
    } catch (error) {
      await this.#release(key, bundle);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    clearInterval(this.#renewal);
    // Not the leases of what is still being freed: those are released one by one, the folder goes with the last.
    if (this.#users.size === 0) await this.#close();
  }

  async #look(bundle: BundleName, listener: FunctionListener): Promise<void> {
    const version = await currentVersion(this.#options.root, bundle);
    if (version === null) {
      listener.deleted(bundle);
      return;
    }
    const routes = await this.#routes(bundle, version);
    listener.set({ ...bundle, version, ...(routes === undefined ? {} : { routes }) });
  }

  async #isThere(bundle: BundleName): Promise<boolean> {
    const { root, log } = this.#options;
    try {
      return (await currentVersion(root, bundle)) !== null;
    } catch (err) {
      log.error({ err, ...bundle }, 'bundle not read');
      return false;
    }
  }

  /** Routes that cannot be read are closed: the function keeps its own host and path. */
  async #routes(bundle: BundleName, version: string): Promise<RoutesDocument | undefined> {
    const document = await readRoutes(this.#options.root, bundle, version);
    if (document === null) return undefined;
    const parsed = routesDocumentSchema.safeParse(document);
    if (parsed.success) return parsed.data;
    this.#options.log.error({ err: parsed.error, ...bundle }, 'routes of a bundle cannot be read');
    return undefined;
  }

  async #release(key: string, bundle: Bundle): Promise<void> {
    const users = (this.#users.get(key) ?? 1) - 1;
    if (users > 0) {
      this.#users.set(key, users);
      return;
    }
    this.#users.delete(key);
    await releaseBundle(this.#options.root, this.#options.serverId, bundle);
    if (this.#closed.signal.aborted && this.#users.size === 0) await this.#close();
  }

  #close(): Promise<void> {
    return closeLeases(this.#options.root, this.#options.serverId);
  }
}

function filesOf(root: string, { bundle, version }: Bundle, spec: KontainerSpec): { files?: string } {
  return spec.files === undefined ? {} : { files: versionFilesPath(root, bundle, version) };
}

function parseSpec({ bundle, spec }: Bundle): KontainerSpec {
  const parsed = kontainerSpecSchema.safeParse(spec);
  if (parsed.success) return parsed.data;
  throw new PlatformError('not_ready', `the bundle of ${bundle.namespace}/${bundle.name} cannot be read`, {
    hint: 'faas-server and faas-downloader must be of the same version.',
    cause: parsed.error,
  });
}
