import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, syncFolder, writeDurable } from '../lib/durable-file.ts';
import { PlatformError } from '../lib/errors.ts';
import { KeyedLock } from '../lib/keyed-lock.ts';
import { KeyedSemaphore } from '../lib/keyed-semaphore.ts';
import { blobPath, removeDamagedBlob, type StoredImage } from './image-store.ts';
import { metadataFile, readLayer, type LayerMetadata } from './layer-metadata.ts';
import { linkNearLayer } from './near-layers.ts';
import { layerPath, layersPath } from './paths.ts';
import { UnpackPool } from './unpack/unpack-pool.ts';
import type { UnpackRequest, UnpackResult } from './unpack/unpack-layer.ts';
import type { UnpackLimits } from './unpack/unpack-limits.ts';

export interface UnpackedLayer extends LayerMetadata {
  diffId: string;
}

export interface LayerStoreOptions {
  root: string;
  idBase: number;
  limits: UnpackLimits;
  /** Wall time of one layer. */
  timeoutMs: number;
  /** Layers at a time: it takes a core each. */
  concurrency: number;
  /** Roots of other stores of this machine that only we write to, see near-layers.ts. */
  near?: readonly string[];
  onUnpacked?: (metadata: LayerMetadata) => void;
}

/** Layers unpacked under `<root>/oci-layers`: each once, made in `.tmp-*` and renamed when it is whole. */
export class LayerStore {
  readonly #options: LayerStoreOptions;
  readonly #lock = new KeyedLock();
  readonly #pool = new UnpackPool();
  readonly #threads: KeyedSemaphore;

  constructor(options: LayerStoreOptions) {
    this.#options = options;
    this.#threads = new KeyedSemaphore(options.concurrency);
  }

  /** How many layers of an image are not there yet. */
  async missing({ config }: StoredImage): Promise<number> {
    const { root } = this.#options;
    const found = await Promise.all(config.rootfs.diff_ids.map((diffId) => readLayer(root, diffId)));
    return found.filter((layer) => layer === null).length;
  }

  /** Unpacks what is not there of an image, within the limits for all its layers together. Lowest layer first. */
  async ensure({ manifest, config }: StoredImage, signal: AbortSignal): Promise<UnpackedLayer[]> {
    const found: UnpackedLayer[] = [];
    for (const [index, diffId] of config.rootfs.diff_ids.entries()) {
      const digest = manifest.layers[index]?.digest ?? '';
      const limits = remaining(this.#options.limits, found);
      const layer = { digest, diffId, limits };
      const metadata = await this.#lock.run(diffId, () => this.#ensureLayer(layer, signal));
      found.push({ ...metadata, diffId });
    }
    return found;
  }

  async #ensureLayer(layer: Layer, signal: AbortSignal): Promise<LayerMetadata> {
    const known = await readLayer(this.#options.root, layer.diffId);
    if (known === null) return this.#unpack(layer, signal);
    checkSize(known, layer.limits);
    if (known.blobs.includes(layer.digest)) return known;
    return this.#verify(layer, known, signal);
  }

  async #unpack(layer: Layer, signal: AbortSignal): Promise<LayerMetadata> {
    const { root } = this.#options;
    const temporary = join(layersPath(root), `.tmp-${randomUUID()}`);
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    try {
      const metadata =
        (await this.#link(layer, temporary, signal)) ?? (await this.#fill(layer, temporary, signal));
      await writeDurable(metadataFile(temporary), JSON.stringify(metadata));
      await rename(temporary, layerPath(root, layer.diffId));
      await syncFolder(layersPath(root));
      return metadata;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  async #link(
    { digest, diffId, limits }: Layer,
    folder: string,
    signal: AbortSignal,
  ): Promise<LayerMetadata | null> {
    const { near = [], idBase, timeoutMs } = this.#options;
    const found = await linkNearLayer(near, { digest, diffId, idBase, timeoutMs }, folder, signal);
    if (found !== null) checkSize(found, limits);
    return found;
  }

  async #fill(layer: Layer, folder: string, signal: AbortSignal): Promise<LayerMetadata> {
    await mkdir(join(folder, 'fs'), { mode: 0o700 });
    const result = await this.#run(layer, folder, signal);
    const metadata = { ...result, blobs: [layer.digest] };
    this.#options.onUnpacked?.(metadata);
    return metadata;
  }

  /**
   * Another blob claims to hold a layer that is here already: that is checked, so that an image cannot get at the files
   * of another one by naming their digest.
   */
  async #verify(layer: Layer, known: LayerMetadata, signal: AbortSignal): Promise<LayerMetadata> {
    await this.#run(layer, null, signal);
    const metadata = { ...known, blobs: [...known.blobs, layer.digest] };
    await replaceFile(metadataFile(layerPath(this.#options.root, layer.diffId)), JSON.stringify(metadata));
    return metadata;
  }

  async #run(
    { digest, diffId, limits }: Layer,
    folder: string | null,
    signal: AbortSignal,
  ): Promise<UnpackResult> {
    const { root, idBase } = this.#options;
    const target: UnpackRequest['target'] =
      folder === null ? null : { folder: join(folder, 'fs'), whiteoutTemplate: join(folder, 'whiteout') };
    const request = { blobPath: blobPath(root, digest), digest, diffId, target, idBase, limits };
    try {
      return await this.#threads.run('', signal, () => this.#runInTime(request, signal));
    } catch (error) {
      if (!signal.aborted) await removeDamagedBlob(root, digest);
      throw error;
    }
  }

  async #runInTime(request: UnpackRequest, signal: AbortSignal): Promise<UnpackResult> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs);
    try {
      return await this.#pool.run(request, AbortSignal.any([signal, timeout]));
    } catch (error) {
      throw timeout.aborted && !signal.aborted ? tooSlow(error) : error;
    }
  }
}

interface Layer {
  digest: string;
  diffId: string;
  limits: UnpackLimits;
}

function remaining(limits: UnpackLimits, used: readonly LayerMetadata[]): UnpackLimits {
  let { maxBytes, maxEntries } = limits;
  for (const { bytes, entries } of used) {
    maxBytes -= bytes;
    maxEntries -= entries;
  }
  return { ...limits, maxBytes, maxEntries };
}

function checkSize({ bytes, entries }: LayerMetadata, { maxBytes, maxEntries }: UnpackLimits): void {
  if (bytes > maxBytes || entries > maxEntries) throw tooLarge();
}

function tooLarge(): PlatformError {
  return new PlatformError(
    'invalid',
    'The layers of the image together are larger than this platform unpacks.',
    {
      hint: 'Make the image smaller, or have the limits of the downloader raised.',
    },
  );
}

function tooSlow(cause: unknown): PlatformError {
  return new PlatformError('invalid', 'Unpacking a layer of the image takes too long.', {
    cause,
    hint: 'Make the image smaller, or have the limits of the downloader raised.',
  });
}
