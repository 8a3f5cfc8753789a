import { PlatformError } from '../../lib/errors.ts';

/** What one image may take on disk: stops decompression bombs before they fill it. */
export interface UnpackLimits {
  /** Decompressed bytes of all layers together, archive headers included. */
  maxBytes: number;
  /** Files, folders and links of all layers together. */
  maxEntries: number;
  /** Folders above a file. */
  maxDepth: number;
}

/** Generous against real images (the largest language images have about 150,000 files in 5 GiB). */
export const defaultUnpackLimits: UnpackLimits = {
  maxBytes: 10 * 1024 ** 3,
  maxEntries: 500_000,
  maxDepth: 256,
};

/** Linux' own limits for a path and for each of its names. */
const maxPathBytes = 4095;
const maxNameBytes = 255;

/** Counts what a layer uses against what is left for its image. */
export class UnpackBudget {
  bytes = 0;
  entries = 0;
  readonly #limits: UnpackLimits;

  constructor(limits: UnpackLimits) {
    this.#limits = limits;
  }

  addBytes(count: number): void {
    this.bytes += count;
    if (this.bytes > this.#limits.maxBytes) throw tooLarge('holds more data');
  }

  addEntry(): void {
    this.entries += 1;
    if (this.entries > this.#limits.maxEntries) throw tooLarge('has more files');
  }

  /** @param names those of a path, as byte strings */
  checkPath(names: readonly string[]): void {
    const bytes = names.reduce((sum, name) => sum + name.length + 1, 0);
    if (names.length > this.#limits.maxDepth || bytes > maxPathBytes) throw tooLarge('has deeper folders');
    if (names.some((name) => name.length > maxNameBytes)) throw tooLarge('has longer names');
  }
}

/** What a link may lead to, as a byte string. */
export function checkLinkTarget(target: string): void {
  if (target.length > maxPathBytes) throw tooLarge('has longer links');
}

function tooLarge(what: string): PlatformError {
  return new PlatformError('invalid', `The image ${what} than this platform unpacks.`, {
    hint: 'Make the image smaller, or have the limits of the downloader raised.',
  });
}
