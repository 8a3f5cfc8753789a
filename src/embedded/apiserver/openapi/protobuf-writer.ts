/** Encoded fields of one protobuf message (https://protobuf.dev/programming-guides/encoding/), in pieces. */
export type Message = readonly Uint8Array[];

const lengthDelimited = 2;

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.from([...bytes, rest]);
}

function tag(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

/** Empty strings are the default and are left out. */
export function stringField(field: number, value: string | undefined): Message {
  if (value === undefined || value === '') return [];
  const bytes = Buffer.from(value);
  return [tag(field, lengthDelimited), varint(bytes.length), bytes];
}

/** `undefined` leaves the field out; an empty message is written. */
export function messageField(field: number, value: Message | undefined): Message {
  if (value === undefined) return [];
  const length = value.reduce((sum, piece) => sum + piece.length, 0);
  return [tag(field, lengthDelimited), varint(length), ...value];
}

export function boolField(field: number, value: boolean | undefined): Message {
  return value === true ? [tag(field, 0), varint(1)] : [];
}

/** Non-negative numbers only. */
export function integerField(field: number, value: number | undefined): Message {
  return value === undefined || value <= 0 ? [] : [tag(field, 0), varint(value)];
}

export function doubleField(field: number, value: number | undefined): Message {
  if (value === undefined) return [];
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return [tag(field, 1), bytes];
}
