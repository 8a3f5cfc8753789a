/**
 * First in, first out per key; keys take turns. Every operation but `first` is constant time, `first` looks at each
 * key's oldest item at most once.
 */
export class FairQueue<Item> {
  /** Insertion order is the order of turns: a key that had its turn goes to the end. */
  readonly #keys = new Map<string, Set<{ item: Item }>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  sizeOf(key: string): number {
    return this.#keys.get(key)?.size ?? 0;
  }

  /** Returns how to take the item out again; that is harmless when it has left already. */
  push(key: string, item: Item): () => void {
    const items = this.#keys.get(key) ?? new Set();
    if (items.size === 0) this.#keys.set(key, items);
    const cell = { item };
    items.add(cell);
    this.#size += 1;
    return () => this.#remove(key, cell);
  }

  /** The oldest item of the first key, in the order of turns, whose oldest item `fits`. */
  first(fits: (item: Item) => boolean): Item | undefined {
    for (const items of this.#keys.values()) {
      for (const { item } of items) {
        if (fits(item)) return item;
        break;
      }
    }
    return undefined;
  }

  /** Takes the oldest item of a key out; the key's turn is over. */
  shift(key: string): Item | undefined {
    const items = this.#keys.get(key);
    const cell = items?.values().next().value;
    if (!items || !cell) return undefined;
    this.#remove(key, cell);
    if (items.size > 0) {
      this.#keys.delete(key);
      this.#keys.set(key, items);
    }
    return cell.item;
  }

  #remove(key: string, cell: { item: Item }): void {
    const items = this.#keys.get(key);
    if (!items?.delete(cell)) return;
    this.#size -= 1;
    if (items.size === 0) this.#keys.delete(key);
  }
}
