import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { replaceFile, writeDurable } from '../lib/durable-file.ts';
import { hasErrno, PlatformError } from '../lib/errors.ts';
import {
  checkMediaTypes,
  digestOf,
  parseConfig,
  parseIndex,
  parseManifest,
  type ImageConfig,
  type ImageManifest,
} from './image-documents.ts';
import { digestHex, imagesPath } from './paths.ts';

/**
 * The OCI image layout `<root>/oci-images` (image-spec image-layout.md), with two additions: `refs/<hex>.json` says which
 * manifest of the layout a manifest digest of a registry became (they differ after a conversion) and where it was copied
 * from, one small file each so that thousands cost nothing; `.staging-*` are copies under way. Images are kept alive by the bundles that use them,
 * not by index.json, which stays empty.
 */
export interface StoredImage {
  /** Digest of the manifest in the layout. */
  digest: string;
  manifest: ImageManifest;
  config: ImageConfig;
}

/** `places`: where it was copied from, which the signature policy allowed. */
export interface KnownImage extends StoredImage {
  places: readonly string[];
}

export const blobsPath = (root: string): string => join(imagesPath(root), 'blobs');
export const blobPath = (root: string, digest: string): string =>
  join(blobsPath(root), 'sha256', digestHex(digest));
export const refsPath = (root: string): string => join(imagesPath(root), 'refs');
const refPath = (root: string, source: string): string => join(refsPath(root), `${digestHex(source)}.json`);

const refSchema = z.object({ manifest: z.string(), places: z.array(z.string()).default([]) });
const maxDocumentBytes = 4 * 1024 * 1024;

/** Makes the layout where it is not there yet. */
export async function openImageStore(root: string): Promise<void> {
  await mkdir(join(blobsPath(root), 'sha256'), { recursive: true, mode: 0o700 });
  await mkdir(refsPath(root), { recursive: true });
  await replaceFile(join(imagesPath(root), 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await replaceFile(join(imagesPath(root), 'index.json'), '{"schemaVersion":2,"manifests":[]}');
}

/** The image that a registry's manifest digest became, if it is here in whole; a damaged one counts as absent. */
export async function findImage(root: string, source: string): Promise<KnownImage | null> {
  const text = await readFile(refPath(root, source), 'utf8').catch(ignoreMissing);
  if (text === null) return null;
  try {
    const { manifest, places } = refSchema.parse(JSON.parse(text));
    return { ...(await readImage(root, manifest)), places };
  } catch (error) {
    if (hasErrno(error, 'ENOSPC', 'EACCES', 'EMFILE')) throw error;
    await forgetImage(root, source);
    return null;
  }
}

/** Reads and checks the documents of an image. Layers' blobs must exist; their content is checked when it is used. */
export async function readImage(root: string, digest: string): Promise<StoredImage> {
  const manifest = parseManifest(await readBlob(root, digest));
  checkMediaTypes(manifest);
  const config = parseConfig(await readBlob(root, manifest.config.digest));
  if (manifest.layers.length !== config.rootfs.diff_ids.length) {
    throw new PlatformError('invalid', 'The image names another number of layers than of their contents.', {
      hint: 'Build and push the image again.',
    });
  }
  for (const layer of manifest.layers) await stat(blobPath(root, layer.digest));
  return { digest, manifest, config };
}

export async function rememberImage(
  root: string,
  source: string,
  { digest, places }: Pick<KnownImage, 'digest' | 'places'>,
): Promise<void> {
  await replaceFile(refPath(root, source), JSON.stringify({ manifest: digest, places }));
}

export async function forgetImage(root: string, source: string): Promise<void> {
  await rm(refPath(root, source), { force: true });
}

/** For a blob that could not be used: if it is not what its name says, it goes, and the next pull fetches it again. */
export async function removeDamagedBlob(root: string, digest: string): Promise<void> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(blobPath(root, digest)), hash);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return;
    throw error;
  }
  if (`sha256:${hash.digest('hex')}` !== digest) await removeBlob(root, digest);
}

async function removeBlob(root: string, digest: string): Promise<void> {
  await rm(blobPath(root, digest), { force: true });
}

/** The digest of the one manifest in a layout that skopeo wrote. */
export async function layoutManifest(layout: string): Promise<string> {
  const { manifests } = parseIndex(await readFile(join(layout, 'index.json')));
  const [first] = manifests;
  if (first !== undefined) return first.digest;
  throw new PlatformError('invalid', 'The image is empty: its index names no manifest.', {
    hint: 'Build and push the image again.',
  });
}

async function readBlob(root: string, digest: string): Promise<Buffer> {
  const path = blobPath(root, digest);
  if ((await stat(path)).size > maxDocumentBytes) {
    throw new PlatformError('invalid', 'The manifest or configuration of the image is larger than 4 MiB.');
  }
  const bytes = await readFile(path);
  if (digestOf(bytes) === digest) return bytes;
  await removeBlob(root, digest);
  throw new PlatformError('not_ready', 'A part of the image on disk was damaged; it is fetched again.');
}

export interface Staging extends AsyncDisposable {
  readonly path: string;
  readonly authFile: string;
}

/** A private folder for one copy, on the file system of the store, with the credentials for it. */
export async function openStaging(root: string, auth: string): Promise<Staging> {
  const path = join(imagesPath(root), `.staging-${randomUUID()}`);
  const authFile = join(path, 'auth.json');
  await mkdir(path, { mode: 0o700 });
  await writeDurable(authFile, auth, 0o600);
  return { path, authFile, [Symbol.asyncDispose]: () => removeFolder(path) };
}

/** Renamed first, so that a skopeo that outlived us cannot go on writing into it by name. */
async function removeFolder(path: string): Promise<void> {
  const doomed = `${path}-removed`;
  await rename(path, doomed).catch(ignoreMissing);
  await rm(doomed, { recursive: true, force: true });
}

function ignoreMissing(error: unknown): null {
  if (hasErrno(error, 'ENOENT')) return null;
  throw error;
}
