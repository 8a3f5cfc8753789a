import { defaultUnpackLimits, type UnpackLimits } from '../../oci/unpack/unpack-limits.ts';

export interface SourceLimits {
  /** Of what is fetched, as it is sent. */
  maxDownloadBytes: number;
  /** Of everything that fetches. */
  timeoutMs: number;
  unpack: UnpackLimits;
}

/** As large as function-image-builder makes them. */
export const layerLimits: SourceLimits = {
  maxDownloadBytes: 4 * 1024 ** 3,
  timeoutMs: 10 * 60_000,
  unpack: defaultUnpackLimits,
};

/** A source has its libraries in spec.deps; but archives with everything inside are in use too. */
export const defaultSourceLimits: SourceLimits = {
  maxDownloadBytes: 512 * 1024 ** 2,
  timeoutMs: 5 * 60_000,
  unpack: { maxBytes: 2 * 1024 ** 3, maxEntries: 200_000, maxDepth: 64 },
};
