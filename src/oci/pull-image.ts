import { join } from 'node:path';
import { hasErrno, PlatformError } from '../lib/errors.ts';
import type { KeyedSemaphore } from '../lib/keyed-semaphore.ts';
import type { PullGuard } from './collection-guard.ts';
import { digestOf, isIndex, parseIndex, parseManifest } from './image-documents.ts';
import {
  blobsPath,
  findImage,
  layoutManifest,
  openStaging,
  readImage,
  rememberImage,
  type KnownImage,
  type StoredImage,
} from './image-store.ts';
import { checkLocalSource, type LocalSourceRules } from './local-source.ts';
import { copyNearImage } from './near-copy.ts';
import { readNearManifest, type NearRegistries } from './near-manifest.ts';
import { checkPlatform, choosePlatform } from './platform.ts';
import { formatReference, type ImageReference } from './reference.ts';
import { formatAuthFile, type RegistryAuths } from './registry-auth.ts';
import { copyToLayout, inspectManifest, type SkopeoOptions, type SkopeoRun } from './skopeo.ts';

export interface PullOptions {
  root: string;
  skopeo: SkopeoOptions;
  /** Folders under which images may lie. */
  localImages: LocalSourceRules['allowed'];
  /** Bytes that the blobs of one image may have together, as they are stored. */
  maxImageBytes: number;
  /** By registry: one that hangs must not keep the images of others waiting. */
  transfers: KeyedSemaphore;
  near?: NearRegistries;
}

export interface PullRequest {
  reference: ImageReference;
  auths: readonly RegistryAuths[];
  guard: PullGuard;
  signal: AbortSignal;
  /** Called before anything is fetched; not for an image that is here. */
  onCopy?: () => void;
}

export interface PulledImage {
  /** Digest that the reference leads to: of the manifest, or of the index for several platforms. */
  sourceDigest: string;
  image: StoredImage;
  /** False when it was here already. */
  copied: boolean;
}

/**
 * Brings an image into the store. The registry is always asked what the reference means, with the credentials given, so
 * that nobody gets an image that happens to be here; what is here is not fetched again. The signature policy is asked for each
 * place that an image comes from. Rejects with `invalid` (the
 * author must act), `not_ready` (try later) or `disk_full`.
 */
export async function pullImage(request: PullRequest, options: PullOptions): Promise<PulledImage> {
  const { root } = options;
  await checkLocalSource(request.reference, { root, allowed: options.localImages });
  await using staging = await openStaging(root, formatAuthFile(request.auths));
  const run: SkopeoRun = { folder: staging.path, authFile: staging.authFile, signal: request.signal };
  // Awaited here: the staging folder goes when this function returns.
  return await options.transfers.run(registryOf(request.reference), request.signal, () =>
    transfer(request, run, options),
  );
}

const registryOf = (reference: ImageReference): string =>
  reference.transport === 'docker' ? reference.registry : '';

async function transfer(request: PullRequest, run: SkopeoRun, options: PullOptions): Promise<PulledImage> {
  const { root } = options;
  const { sourceDigest, ...resolved } = await resolve(request, run, options);
  const known = await findImage(root, resolved.manifestDigest);
  if (known === null) request.onCopy?.();
  const image = isFrom(request.reference, known)
    ? known
    : await copy(resolved, known, { request, run, options });
  checkPlatform(image.config, options.skopeo.architecture);
  request.guard.pin(digestsOf(image));
  // Between reading and pinning it the collector can have taken a part: then it is fetched as if it had never been here.
  const whole = known === null || (await findImage(root, resolved.manifestDigest)) !== null;
  if (!whole)
    throw new PlatformError('not_ready', 'The image was being removed from the node; it is fetched again.');
  return { sourceDigest, image, copied: known === null };
}

/** All that must stay on disk for an image: its blobs, and its layers unpacked. */
export function digestsOf({ digest, manifest, config }: StoredImage): string[] {
  const blobs = manifest.layers.map((layer) => layer.digest);
  return [digest, manifest.config.digest, ...blobs, ...config.rootfs.diff_ids];
}

/** One more is only asked about again. */
const maxPlaces = 15;

interface Resolved {
  sourceDigest: string;
  /** Digest of the manifest for this node's platform. */
  manifestDigest: string;
  /** Leads to exactly that manifest, as far as the transport can say so. */
  reference: ImageReference;
  /** The manifest, if it is known by now. */
  manifest: Buffer | null;
}

async function resolve(request: PullRequest, run: SkopeoRun, options: PullOptions): Promise<Resolved> {
  const { reference } = request;
  const near = options.near && (await readNearManifest(request, options.near));
  const bytes = near ?? (await inspectManifest(reference, run, options.skopeo));
  const sourceDigest = digestOf(bytes);
  if (!isIndex(bytes)) {
    return {
      sourceDigest,
      manifestDigest: sourceDigest,
      reference: pin(reference, sourceDigest),
      manifest: bytes,
    };
  }
  const manifestDigest = choosePlatform(parseIndex(bytes), options.skopeo.architecture);
  return { sourceDigest, manifestDigest, reference: pin(reference, manifestDigest), manifest: null };
}

/** A tag can move between two requests; a local image is read as it is. */
function pin(reference: ImageReference, digest: string): ImageReference {
  return reference.transport === 'docker' ? { ...reference, digest } : reference;
}

/** What rules of a policy are about: an image in a registry without tag and digest, or a path. */
function placeOf(reference: ImageReference): string {
  return reference.transport === 'docker'
    ? `docker://${reference.registry}/${reference.repository}`
    : formatReference(reference);
}

function isFrom(reference: ImageReference, known: KnownImage | null): known is KnownImage {
  return known?.places.includes(placeOf(reference)) ?? false;
}

interface Copying {
  request: PullRequest;
  run: SkopeoRun;
  options: PullOptions;
}

async function copy(
  resolved: Omit<Resolved, 'sourceDigest'>,
  known: KnownImage | null,
  copying: Copying,
): Promise<StoredImage> {
  const { run, options } = copying;
  const { root } = options;
  await checkManifest(resolved, run, options);
  const near = await copyNear(resolved, copying);
  const digest = near ?? (await copyWithSkopeo(resolved.reference, run, options));
  const image = await readImage(root, digest).catch(explainMissing);
  const places = [...(known?.places ?? []).slice(-maxPlaces), placeOf(resolved.reference)];
  await rememberImage(root, resolved.manifestDigest, { digest, places });
  return image;
}

/** Layers that must not be distributed lie at addresses of their own, where nothing is fetched from. */
function explainMissing(error: unknown): never {
  if (!hasErrno(error, 'ENOENT')) throw error;
  throw new PlatformError('invalid', 'A layer of the image did not come with the image.', {
    cause: error,
    hint: 'Push the image with all its layers, foreign ones included.',
  });
}

async function copyNear(
  { reference, manifest }: Omit<Resolved, 'sourceDigest'>,
  { request: { auths, signal }, run, options }: Copying,
): Promise<string | undefined> {
  const { near, root, skopeo } = options;
  if (near === undefined || manifest === null) return undefined;
  const store = { root, folder: run.folder, policyFile: skopeo.policyFile };
  return await copyNearImage({ reference, auths, signal }, manifest, near, store);
}

async function copyWithSkopeo(
  reference: ImageReference,
  run: SkopeoRun,
  { root, skopeo }: PullOptions,
): Promise<string> {
  await copyToLayout(reference, blobsPath(root), run, skopeo);
  return await layoutManifest(join(run.folder, 'layout'));
}

/** Its layers, before anything is fetched. What registries say wrongly is caught by limits on each file and on unpacking. */
async function checkManifest(
  { reference, manifest }: Pick<Resolved, 'reference' | 'manifest'>,
  run: SkopeoRun,
  { skopeo, maxImageBytes }: PullOptions,
): Promise<void> {
  // The place of a local index leads to the index.
  if (reference.transport !== 'docker' && manifest === null) return;
  const { layers } = parseManifest(manifest ?? (await inspectManifest(reference, run, skopeo)));
  const bytes = layers.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= maxImageBytes) return;
  throw new PlatformError(
    'invalid',
    `The image has ${bytes} bytes, more than the ${maxImageBytes} allowed.`,
    {
      hint: 'Make the image smaller, or have the limits of the downloader raised.',
    },
  );
}
