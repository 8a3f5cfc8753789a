import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestHex } from '../oci/paths.ts';
import type { ImageDocuments } from './layered-image.ts';

export const blobsOf = (layout: string): string => join(layout, 'blobs/sha256');

/** Makes a folder an OCI image layout (image-spec image-layout.md) with nothing in it. */
export async function createLayout(layout: string): Promise<void> {
  await mkdir(blobsOf(layout), { recursive: true });
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

/** Writes the documents of an image and makes it the only one of the layout. Layers are the caller's matter. */
export async function writeImage(
  layout: string,
  { config, manifest, digest }: ImageDocuments,
): Promise<void> {
  const { config: described } = JSON.parse(manifest.toString()) as { config: { digest: string } };
  await writeFile(join(blobsOf(layout), digestHex(described.digest)), config);
  await writeFile(join(blobsOf(layout), digestHex(digest)), manifest);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifests = [{ mediaType, digest, size: manifest.length }];
  await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}
