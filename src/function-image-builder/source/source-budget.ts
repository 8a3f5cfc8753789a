import type { UnpackLimits } from '../../oci/unpack/unpack-limits.ts';
import { sourceError } from './source-error.ts';

/** Counts what an archive becomes, so that a bomb ends before the disk is full. */
export class SourceBudget {
  readonly #limits: UnpackLimits;
  #bytes = 0;
  #entries = 0;

  constructor(limits: UnpackLimits) {
    this.#limits = limits;
  }

  addBytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes > this.#limits.maxBytes) throw tooLarge(`has more than ${this.#limits.maxBytes} bytes`);
  }

  addEntry(depth: number): void {
    this.#entries += 1;
    const { maxEntries, maxDepth } = this.#limits;
    if (this.#entries > maxEntries) throw tooLarge(`has more than ${maxEntries} files`);
    if (depth > maxDepth) throw tooLarge(`has folders deeper than ${maxDepth}`);
  }
}

function tooLarge(what: string): Error {
  return sourceError(
    `The archive ${what} when it is unpacked.`,
    'Leave out what the function does not need, or build an image of your own (runtime custom).',
  );
}
