import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { Clock } from '../../../lib/clock.ts';
import { PlatformError, toPlatformError } from '../../../lib/errors.ts';
import { KeyedLock } from '../../../lib/keyed-lock.ts';
import type { CollectionGuard } from '../../../oci/collection-guard.ts';
import { recoverGarbage, type Collected } from '../../../oci/garbage.ts';
import type { ImageConfig } from '../../../oci/image-documents.ts';
import { readImageFile } from '../../../oci/image-files.ts';
import { openImageStore, type StoredImage } from '../../../oci/image-store.ts';
import type { Accounts } from '../../../oci/image-user.ts';
import type { LayerStore, UnpackedLayer } from '../../../oci/layer-store.ts';
import { layerContentPath, layersPath } from '../../../oci/paths.ts';
import { pullImage, type PullOptions } from '../../../oci/pull-image.ts';
import { parseReference, type ImageReference } from '../../../oci/reference.ts';
import type { RegistryAuths } from '../../../oci/registry-auth.ts';
import { visibleLayers } from '../../../oci/visible-layers.ts';
import type { Container } from '../kinds.ts';
import { ImageUse } from './image-use.ts';
import { PodFailure } from './pod-failure.ts';

export interface PodImagesOptions {
  pull: PullOptions;
  layers: LayerStore;
  guard: CollectionGuard;
  clock: Pick<Clock, 'now'>;
  /** Credentials of the machine, weaker than those of a pod. */
  nodeAuths: RegistryAuths;
}

export interface ReadyImage {
  digest: string;
  config: ImageConfig;
  /** Content folders, lowest first. */
  layers: readonly string[];
  accounts: Accounts;
}

export interface ImageRequest {
  container: Pick<Container, 'image' | 'imagePullPolicy'>;
  auths: readonly RegistryAuths[];
  signal: AbortSignal;
  /** Told before anything is fetched. */
  onPull: () => void;
}

interface Ready {
  stored: StoredImage;
  image: ReadyImage;
}

const maxAccountsBytes = 1024 * 1024;

/** The images that pods run, each pulled and unpacked once. */
export class PodImages {
  readonly #options: PodImagesOptions;
  readonly #lock = new KeyedLock();
  /** Where a pod with the very same credentials had it before, the registry need not be asked again. */
  readonly #ready = new Map<string, Ready>();
  readonly #use: ImageUse;

  private constructor(options: PodImagesOptions) {
    this.#options = options;
    this.#use = new ImageUse({ ...options, root: options.pull.root });
  }

  static async open(options: PodImagesOptions): Promise<PodImages> {
    await mkdir(layersPath(options.pull.root), { recursive: true, mode: 0o700 });
    await openImageStore(options.pull.root);
    await recoverGarbage(options.pull.root);
    return new PodImages(options);
  }

  /** Throws PodFailure when the image cannot be had. */
  async get(request: ImageRequest): Promise<ReadyImage> {
    const { container, auths } = request;
    const reference = referenceOf(container.image);
    const key = keyOf(container.image, auths);
    return await this.#lock.run(key, async () => {
      const known = this.#ready.get(key);
      if (known !== undefined && container.imagePullPolicy !== 'Always') {
        await this.#use.record(key, known.stored);
        // It may have been collected in the moment before.
        if (this.#ready.has(key)) return known.image;
      }
      if (container.imagePullPolicy === 'Never')
        throw new PodFailure(
          'ErrImagePull',
          `Container image ${container.image} is not present with pull policy of Never`,
        );
      const pulled = await this.#pull(reference, key, request);
      this.#ready.set(key, pulled);
      return pulled.image;
    });
  }

  /** Removes the images that no pod has had for so long. No pod may run. */
  async collect(idleMs: number): Promise<Collected> {
    return await this.#use.collect(idleMs, (isGone) => {
      for (const key of this.#ready.keys()) if (isGone(key)) this.#ready.delete(key);
    });
  }

  async #pull(
    reference: ImageReference,
    key: string,
    { container, auths, signal, onPull }: ImageRequest,
  ): Promise<Ready> {
    const { pull, layers, guard: all, nodeAuths } = this.#options;
    using guard = all.startPull();
    try {
      const request = {
        reference,
        auths: [nodeAuths, ...auths],
        guard,
        signal,
        onCopy: async () => onPull(),
      };
      const { image } = await pullImage(request, pull);
      const unpacked = await layers.ensure(image, signal);
      const visible = visibleLayers(unpacked);
      // While the guard still holds it.
      await this.#use.record(key, image);
      const ready = {
        digest: image.digest,
        config: image.config,
        layers: visible.map(({ diffId }) => layerContentPath(pull.root, diffId)),
        accounts: await readAccounts(pull.root, visible),
      };
      return { stored: image, image: ready };
    } catch (error) {
      signal.throwIfAborted();
      const { message, hint } = toPlatformError(error);
      const what = `Failed to pull image "${container.image}": ${message}`;
      throw new PodFailure('ErrImagePull', hint === undefined ? what : `${what} ${hint}`, { cause: error });
    }
  }
}

/** Pods name images without a transport; the configuration may use skopeo's notation as well. */
function referenceOf(image: string): ImageReference {
  try {
    return parseReference(/^[a-z-]+:(\/|\/\/)/.test(image) ? image : `docker://${image}`);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    throw new PodFailure(
      'InvalidImageName',
      `Failed to apply default image tag "${image}": ${error.message}`,
    );
  }
}

function keyOf(image: string, auths: readonly RegistryAuths[]): string {
  const secrets = auths.map((auth) => [...auth].sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${image} ${createHash('sha256').update(JSON.stringify(secrets)).digest('hex')}`;
}

async function readAccounts(root: string, layers: readonly UnpackedLayer[]): Promise<Accounts> {
  const folders = layers.map(({ diffId, opaque }) => ({
    path: layerContentPath(root, diffId),
    opaque: new Set(opaque),
  }));
  const read = async (path: string): Promise<string> =>
    (await readImageFile(folders, path, maxAccountsBytes))?.toString('utf8') ?? '';
  return { passwd: await read('/etc/passwd'), group: await read('/etc/group') };
}
