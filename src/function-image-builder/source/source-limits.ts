import type { UnpackLimits } from '../../oci/unpack/unpack-limits.ts';

export interface SourceLimits {
  /** Of what is fetched, as it is sent. */
  maxDownloadBytes: number;
  /** Of everything that fetches. */
  timeoutMs: number;
  unpack: UnpackLimits;
}

/** A source has its libraries in spec.deps; but archives with everything inside are in use too. */
export const defaultSourceLimits: SourceLimits = {
  maxDownloadBytes: 512 * 1024 ** 2,
  timeoutMs: 5 * 60_000,
  unpack: { maxBytes: 2 * 1024 ** 3, maxEntries: 200_000, maxDepth: 64 },
};
