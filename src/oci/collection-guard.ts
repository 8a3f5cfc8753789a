import { KeyedLock } from '../lib/keyed-lock.ts';

/**
 * Keeps the garbage collection away from what pulls of this process have not published yet. A pull holds all blobs while
 * skopeo copies (which of them it will reuse is not known), then those of its image, until its bundle is published.
 */
export class CollectionGuard {
  #copies = 0;
  readonly #pins = new Map<string, number>();
  readonly #lock = new KeyedLock();

  /** Blobs must not be collected now. */
  get copying(): boolean {
    return this.#copies > 0;
  }

  isPinned(digest: string): boolean {
    return this.#pins.has(digest);
  }

  /** Publishing and collecting never overlap. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#lock.run('', work);
  }

  startPull(): PullGuard {
    this.#copies += 1;
    let held: readonly string[] | null = null;
    const endCopy = (): void => {
      if (held === null) this.#copies -= 1;
    };
    return {
      pin: (digests) => {
        endCopy();
        for (const digest of held ?? []) this.#unpin(digest);
        held = [...digests];
        for (const digest of held) this.#pins.set(digest, (this.#pins.get(digest) ?? 0) + 1);
      },
      [Symbol.dispose]: () => {
        endCopy();
        for (const digest of held ?? []) this.#unpin(digest);
        held = [];
      },
    };
  }

  #unpin(digest: string): void {
    const count = (this.#pins.get(digest) ?? 1) - 1;
    if (count === 0) this.#pins.delete(digest);
    else this.#pins.set(digest, count);
  }
}

export interface PullGuard extends Disposable {
  /** From now on only these blobs and layers are held. */
  pin(digests: Iterable<string>): void;
}
