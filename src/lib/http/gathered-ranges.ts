/** Ranges of one buffer as one: a view of it where there is one range, a copy where there are several. */
export class GatheredRanges {
  readonly #input: Buffer;
  #start = 0;
  #end = 0;
  #copy: Buffer | undefined;
  length = 0;

  constructor(input: Buffer) {
    this.#input = input;
  }

  get bytes(): Buffer {
    return this.#copy?.subarray(0, this.length) ?? this.#input.subarray(this.#start, this.#end);
  }

  add(start: number, end: number): void {
    if (this.length === 0) [this.#start, this.#end] = [start, end];
    else this.#append(start, end);
    this.length += end - start;
  }

  #append(start: number, end: number): void {
    if (!this.#copy) {
      this.#copy = Buffer.allocUnsafe(this.#input.length);
      this.#input.copy(this.#copy, 0, this.#start, this.#end);
    }
    this.#input.copy(this.#copy, this.length, start, end);
  }
}
