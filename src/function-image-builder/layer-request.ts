import { constants } from 'node:zlib';

/** A layer as a gzip-compressed blob `<blobs>/<hex of digest>`. */
export interface LayerBlob {
  digest: string;
  /** Digest of the uncompressed archive, as the image configuration lists it. */
  diffId: string;
  size: number;
}

export interface LayerRequest {
  /** What the layer holds; symbolic links are kept as links and never followed. */
  folder: string;
  /** Where the image has it, such as `/kubeless`. */
  path: string;
  /** Folder of the blobs. */
  blobs: string;
  timeoutMs: number;
  signal: AbortSignal;
}

/** Processor time is what a build lacks; the registry is near. */
export const compression = { level: constants.Z_BEST_SPEED };
