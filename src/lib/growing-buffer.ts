/**
 * Bytes that come in pieces and are needed as one. Holds no piece itself, however small they are and whatever larger memory
 * they are a part of, and copies each byte a constant number of times.
 */
export class GrowingBuffer {
  #memory: Buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** All bytes so far; valid until the next `append`. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }

  append(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#memory.length) this.#grow(length);
    piece.copy(this.#memory, this.#length);
    this.#length = length;
  }

  #grow(atLeast: number): void {
    const memory = Buffer.allocUnsafeSlow(Math.max(atLeast, 2 * this.#memory.length));
    this.#memory.copy(memory, 0, 0, this.#length);
    this.#memory = memory;
  }
}
