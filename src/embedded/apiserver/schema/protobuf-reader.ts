const wireTypes = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

/** One field of a message as it lies on the wire. */
export class ProtobufField {
  readonly number: number;
  readonly #value: bigint | Uint8Array;

  constructor(number: number, value: bigint | Uint8Array) {
    this.number = number;
    this.#value = value;
  }

  /** @throws RangeError when the field is of another type. */
  bytes(): Uint8Array {
    if (typeof this.#value === 'bigint')
      throw new RangeError(`field ${this.number} has a number where bytes belong`);
    return this.#value;
  }

  text(): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes());
  }

  /** A signed 64-bit number; those over 2⁵³ lose precision as JSON numbers do. */
  integer(): number {
    if (typeof this.#value !== 'bigint')
      throw new RangeError(`field ${this.number} has bytes where a number belongs`);
    return Number(BigInt.asIntN(64, this.#value));
  }
}

/** Iterates over the fields of a protobuf message. @throws RangeError for malformed bytes. */
export class ProtobufReader implements Iterable<ProtobufField> {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  *[Symbol.iterator](): Generator<ProtobufField> {
    while (this.#position < this.#bytes.length) {
      const key = Number(this.#varint());
      yield new ProtobufField(Math.floor(key / 8), this.#value(key % 8));
    }
  }

  #value(wireType: number): bigint | Uint8Array {
    switch (wireType) {
      case wireTypes.varint:
        return this.#varint();
      case wireTypes.lengthDelimited:
        return this.#take(Number(this.#varint()));
      case wireTypes.fixed64:
        return this.#take(8);
      case wireTypes.fixed32:
        return this.#take(4);
      default:
        throw new RangeError(`unknown wire type ${wireType}`);
    }
  }

  #take(length: number): Uint8Array {
    const end = this.#position + length;
    if (end > this.#bytes.length) throw new RangeError('the message ends early');
    const part = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return part;
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw new RangeError('the message ends early');
      this.#position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number is too long');
  }
}
