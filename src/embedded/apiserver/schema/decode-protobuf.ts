import { ProtobufReader, type ProtobufField } from './protobuf-reader.ts';
import type { StructuralSchema } from './structural-schema.ts';

type Fields = Record<string, unknown>;

/**
 * Decodes a protobuf message of a built-in kind by the `x-protobuf-tag`s of its schema into the same object that JSON
 * would give. Go writes empty texts and zeros of fields that JSON leaves out; they are dropped.
 * @throws RangeError for bytes that are no such message.
 */
export function decodeProtobuf(bytes: Uint8Array, schema: StructuralSchema): Fields {
  const byTag = new Map(
    Object.entries(schema.properties ?? {}).map(([name, property]) => [
      property['x-protobuf-tag'],
      { name, property },
    ]),
  );
  const result: Fields = {};
  for (const field of new ProtobufReader(bytes)) {
    const known = byTag.get(field.number);
    if (known) setField(result, known, field);
    else if (schema['x-protobuf-strict'] === true)
      throw new RangeError(`field ${field.number} of ${schema.title} is not read here; send JSON or YAML`);
  }
  return result;
}

function setField(
  result: Fields,
  { name, property }: { name: string; property: StructuralSchema },
  field: ProtobufField,
): void {
  if (property['x-protobuf-inline'] === true) {
    Object.assign(result, decodeProtobuf(field.bytes(), property));
  } else if (property.type === 'array') {
    const list = (result[name] ??= []) as unknown[];
    list.push(decodeValue(field, property.items ?? {}));
  } else if (typeof property.additionalProperties === 'object') {
    const [key, value] = decodeMapEntry(field, property.additionalProperties);
    const map = (result[name] ??= {}) as Fields;
    map[key] = value;
  } else {
    const value = decodeValue(field, property);
    if (isSaid(value, property['x-protobuf-optional'])) result[name] = value;
  }
}

function isSaid(value: unknown, isOptional: boolean | undefined): boolean {
  if (value === '' || value === undefined) return false;
  if (value === 0) return isOptional === true;
  return value !== false || isOptional !== false;
}

function decodeMapEntry(field: ProtobufField, values: StructuralSchema): [string, unknown] {
  let key = '';
  let value: unknown = '';
  for (const part of new ProtobufReader(field.bytes())) {
    if (part.number === 1) key = part.text();
    if (part.number === 2) value = decodeValue(part, values);
  }
  return [key, value];
}

function decodeValue(field: ProtobufField, schema: StructuralSchema): unknown {
  const precision = schema['x-time-precision'];
  if (precision) return decodeTime(field.bytes(), precision);
  if (schema['x-kubernetes-int-or-string'] === true) return decodeIntOrString(field.bytes());
  if (schema['x-protobuf-wrapped'] === true) return wrappedText(field.bytes());
  if (schema.type === 'integer') return field.integer();
  if (schema.type === 'boolean') return field.integer() !== 0;
  if (schema.type === 'string')
    return schema.format === 'byte' ? Buffer.from(field.bytes()).toString('base64') : field.text();
  return decodeProtobuf(field.bytes(), schema);
}

function wrappedText(bytes: Uint8Array): string {
  for (const part of new ProtobufReader(bytes)) if (part.number === 1) return part.text();
  return '';
}

/** metav1.Time and MicroTime: seconds and nanoseconds since the epoch; the zero time is an empty message. */
function decodeTime(bytes: Uint8Array, precision: 'seconds' | 'microseconds'): string | undefined {
  const parts = new Map([...new ProtobufReader(bytes)].map((part) => [part.number, part.integer()]));
  if (parts.size === 0) return undefined;
  const seconds = new Date((parts.get(1) ?? 0) * 1000).toISOString().slice(0, 19);
  if (precision === 'seconds') return `${seconds}Z`;
  return `${seconds}.${String(parts.get(2) ?? 0)
    .padStart(9, '0')
    .slice(0, 6)}Z`;
}

/** intstr.IntOrString: type, int, text. */
function decodeIntOrString(bytes: Uint8Array): string | number {
  const parts = new Map([...new ProtobufReader(bytes)].map((part) => [part.number, part]));
  const isText = parts.get(1)?.integer() === 1;
  return isText ? (parts.get(3)?.text() ?? '') : (parts.get(2)?.integer() ?? 0);
}
