import { watch, type FSWatcher } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../lib/errors.ts';
import { silentLogger, type Logger } from '../lib/log.ts';
import { currentVersion, listNamespace } from './bundles.ts';
import { bundlesPath, isBundleName, type BundleName } from './paths.ts';

export interface WatchOptions {
  log?: Logger;
  /** inotify can lose events when its queue is full: everything is read again this often. Default 60 s. */
  rescanMs?: number;
}

/** Called once for each function found, switched or removed since the last call for it; look up what is there now. */
export type OnBundleChange = (bundle: BundleName) => void;

export interface BundleWatch {
  /** Resolves when what there is of `bundle` now has been reported, without waiting for a notice of the kernel's. */
  look(bundle: BundleName): Promise<void>;
}

/**
 * Watches for bundles that appear, switch or go, until the signal aborts. Resolves when the first listing is done and
 * all that exist have been reported. One inotify watch a namespace, none a function.
 */
export async function watchBundles(
  root: string,
  onChange: OnBundleChange,
  signal: AbortSignal,
  { log = silentLogger, rescanMs = 60_000 }: WatchOptions = {},
): Promise<BundleWatch> {
  await mkdir(bundlesPath(root), { recursive: true, mode: 0o700 });
  const watcher = new BundleWatcher(root, onChange, log);
  await watcher.start();
  const timer = setInterval(() => watcher.rescan(), rescanMs);
  const stop = (): void => {
    clearInterval(timer);
    watcher.stop();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return watcher;
}

class BundleWatcher implements BundleWatch {
  readonly #root: string;
  readonly #onChange: OnBundleChange;
  readonly #log: Logger;
  readonly #watchers = new Map<string, FSWatcher>();
  /** Namespace → function → version last reported. */
  readonly #known = new Map<string, Map<string, string>>();
  readonly #dirty = new Set<string>();
  #tail: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(root: string, onChange: OnBundleChange, log: Logger) {
    this.#root = root;
    this.#onChange = onChange;
    this.#log = log;
  }

  async start(): Promise<void> {
    const path = bundlesPath(this.#root);
    this.#watch('', path, (namespace) => this.#enqueue(`${namespace}/`, () => this.#reopen(namespace)));
    await this.#scanAll();
  }

  rescan(): void {
    this.#enqueue('/', () => this.#scanAll());
  }

  async look(bundle: BundleName): Promise<void> {
    this.#enqueueLook(bundle);
    await this.#tail;
  }

  stop(): void {
    this.#stopped = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #enqueueLook(bundle: BundleName): void {
    this.#enqueue(`${bundle.namespace}/${bundle.name}`, () => this.#look(bundle));
  }

  /** Work runs one piece after the other; a piece that waits already is not queued twice. */
  #enqueue(key: string, work: () => Promise<void>): void {
    if (this.#stopped || this.#dirty.has(key)) return;
    this.#dirty.add(key);
    this.#tail = this.#after(this.#tail, key, work);
  }

  async #after(previous: Promise<void>, key: string, work: () => Promise<void>): Promise<void> {
    await previous;
    this.#dirty.delete(key);
    try {
      if (!this.#stopped) await work();
    } catch (err) {
      this.#log.error({ err }, 'bundles could not be read; they will be read again');
    }
  }

  #watch(key: string, path: string, onName: (name: string) => void): void {
    try {
      const watcher = watch(path, (_event, name) => {
        if (name !== null && !name.startsWith('.')) onName(name);
      });
      watcher.on('error', (err) =>
        this.#log.warn({ err }, 'watch of bundles ended; changes are noticed late'),
      );
      this.#watchers.set(key, watcher);
    } catch (err) {
      if (hasErrno(err, 'ENOENT')) return; // gone again
      this.#log.warn({ err }, 'bundles cannot be watched; changes are noticed late');
    }
  }

  /** A namespace folder came, went, or was replaced: an old watch may hang on a folder that is gone. */
  async #reopen(namespace: string): Promise<void> {
    this.#watchers.get(namespace)?.close();
    this.#watchers.delete(namespace);
    await this.#scanNamespace(namespace);
  }

  async #scanAll(): Promise<void> {
    const found = (await readdir(bundlesPath(this.#root))).filter((name) => !name.startsWith('.'));
    for (const namespace of new Set([...found, ...this.#known.keys()])) await this.#scanNamespace(namespace);
  }

  async #scanNamespace(namespace: string): Promise<void> {
    if (this.#stopped) return;
    const path = join(bundlesPath(this.#root), namespace);
    if (!this.#watchers.has(namespace)) {
      this.#watch(namespace, path, (name) => this.#enqueueLook({ namespace, name }));
    }
    const names = (await listNamespace(this.#root, namespace)).map(({ name }) => name);
    const gone = this.#known.get(namespace)?.keys() ?? [];
    for (const name of new Set([...names, ...gone])) await this.#look({ namespace, name });
  }

  async #look(bundle: BundleName): Promise<void> {
    if (!isBundleName(bundle)) return;
    const known = this.#known.get(bundle.namespace) ?? new Map<string, string>();
    const version = await currentVersion(this.#root, bundle);
    if (this.#stopped || version === (known.get(bundle.name) ?? null)) return;
    if (version === null) known.delete(bundle.name);
    else known.set(bundle.name, version);
    if (known.size === 0) this.#known.delete(bundle.namespace);
    else this.#known.set(bundle.namespace, known);
    this.#onChange(bundle);
  }
}
