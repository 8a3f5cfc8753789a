import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tarArchive, type ArchiveEntry } from './tar-archive.ts';
import { sha256 } from './unpacked-layer.ts';

export interface TestImage {
  layers: readonly (readonly ArchiveEntry[])[];
  /** `config` of the image configuration: Entrypoint, Env and so on. */
  config?: object;
  architecture?: string;
  /** Instead of the digests of the layers' archives. */
  diffIds?: readonly string[];
}

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** Writes an image as OCI layout (image-spec image-layout.md). Returns the digest of its manifest. */
export async function writeLayout(folder: string, image: TestImage): Promise<string> {
  const manifest = await writeImage(folder, image);
  await writeIndex(folder, [manifest]);
  return manifest.digest;
}

/** An index with one image a platform, under one name in the layout. */
export async function writeMultiPlatform(folder: string, images: readonly TestImage[]): Promise<string> {
  const manifests: object[] = [];
  for (const image of images) {
    const platform = { os: 'linux', architecture: image.architecture ?? 'amd64' };
    manifests.push({ ...(await writeImage(folder, image)), platform });
  }
  const index = await writeBlob(
    folder,
    indexType,
    json({ schemaVersion: 2, mediaType: indexType, manifests }),
  );
  await writeIndex(folder, [index]);
  return index.digest;
}

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

async function writeImage(folder: string, image: TestImage): Promise<Descriptor> {
  const archives = image.layers.map(tarArchive);
  const layers: Descriptor[] = [];
  for (const archive of archives) {
    const type = 'application/vnd.oci.image.layer.v1.tar+gzip';
    layers.push(await writeBlob(folder, type, gzipSync(archive, { level: 1 })));
  }
  const config = json({
    architecture: image.architecture ?? 'amd64',
    os: 'linux',
    config: { Entrypoint: ['/bin/app'], ...image.config },
    rootfs: { type: 'layers', diff_ids: image.diffIds ?? archives.map(sha256) },
  });
  const configDescriptor = await writeBlob(folder, 'application/vnd.oci.image.config.v1+json', config);
  const manifest = { schemaVersion: 2, mediaType: manifestType, config: configDescriptor, layers };
  return writeBlob(folder, manifestType, json(manifest));
}

const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));

export async function writeBlob(folder: string, mediaType: string, content: Buffer): Promise<Descriptor> {
  const digest = sha256(content);
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  await writeFile(join(folder, 'blobs/sha256', digest.slice('sha256:'.length)), content);
  return { mediaType, digest, size: content.length };
}

export async function writeIndex(folder: string, manifests: readonly object[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(folder, 'index.json'), json({ schemaVersion: 2, manifests }));
}
