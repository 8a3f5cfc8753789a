import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { hasErrno } from '../lib/errors.ts';
import { layerPath } from './paths.ts';

const metadataSchema = z.object({
  bytes: z.number(),
  entries: z.number(),
  /** Folders that hide what lower layers have in them: byte strings relative to the root (latin1). */
  opaque: z.array(z.string()),
  /** Blobs that were found to hold this layer. */
  blobs: z.array(z.string()),
  notes: z.array(z.object({ reason: z.string(), count: z.number(), example: z.string() })),
});

/** What was found out when a layer was unpacked. */
export type LayerMetadata = z.infer<typeof metadataSchema>;

export const metadataFile = (folder: string): string => join(folder, 'layer.json');

/** Null when the layer is not there. */
export async function readLayer(root: string, diffId: string): Promise<LayerMetadata | null> {
  try {
    return metadataSchema.parse(JSON.parse(await readFile(metadataFile(layerPath(root, diffId)), 'utf8')));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return null;
    throw error;
  }
}
