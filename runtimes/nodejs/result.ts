/** A handler's result, ready to be sent. `type` is the Content-Type unless the function set one. */
export type Body =
  | { kind: 'complete'; type: string | null; content: Buffer }
  | { kind: 'stream'; type: string; source: AsyncIterable<unknown> | Iterable<unknown> };

const text = 'text/html; charset=utf-8';
const json = 'application/json; charset=utf-8';
const binary = 'application/octet-stream';

export function encodeResult(result: unknown): Body {
  if (result === undefined) return { kind: 'complete', type: null, content: Buffer.alloc(0) };
  if (typeof result === 'string') return { kind: 'complete', type: text, content: Buffer.from(result) };
  const bytes = asBytes(result);
  if (bytes !== null) return { kind: 'complete', type: binary, content: bytes };
  if (isStream(result)) return { kind: 'stream', type: binary, source: result };
  return { kind: 'complete', type: json, content: Buffer.from(JSON.stringify(result) ?? '') };
}

/** The `Response` of the fetch API; not by its class, which takes long to load. */
export function isWebResponse(value: unknown): value is Response {
  return Object.prototype.toString.call(value) === '[object Response]';
}

function asBytes(value: unknown): Buffer | null {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? Buffer.from(value) : null;
}

/** Node's and the web's streams, async iterables, and generators; an array or a map is JSON. */
function isStream(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.asyncIterator in value || (Symbol.iterator in value && 'next' in value);
}
