import { headerValues } from './raw-headers.ts';
import { HttpSyntaxError } from './response-head.ts';

/** How long a message's body is: nothing, so many bytes, chunks, or until the connection ends (RFC 9112 §6.3). */
export type BodyFraming =
  /** `bytes` are what the body of the same answer to GET has, where that was told (RFC 9110 §8.6). */
  | { kind: 'none'; bytes?: number | undefined }
  | { kind: 'length'; bytes: number }
  | { kind: 'chunked' }
  | { kind: 'until-close' };

/** The framing of a response; ambiguous ones are refused instead of guessed. */
export function responseFraming(method: string, status: number, headers: readonly string[]): BodyFraming {
  const codings = headerValues(headers, 'transfer-encoding');
  const bytes = contentLength(headers);
  if (codings.length > 0 && bytes !== undefined) {
    throw new HttpSyntaxError('both Content-Length and Transfer-Encoding are given');
  }
  if (method === 'HEAD' || status === 304) return { kind: 'none', bytes };
  if (status === 204) return { kind: 'none' };
  if (codings.length > 0) return chunkedOnly(codings);
  return bytes === undefined ? { kind: 'until-close' } : { kind: 'length', bytes };
}

function chunkedOnly(codings: string[]): BodyFraming {
  if (codings.length !== 1 || codings[0]?.toLowerCase() !== 'chunked') {
    throw new HttpSyntaxError('a Transfer-Encoding other than chunked is used');
  }
  return { kind: 'chunked' };
}

/**
 * Undefined without the field. Several values are refused unless they agree, an empty one always: who takes it for no length
 * and who takes it for a length of its own would see different answers (RFC 9112 §6.3).
 */
export function contentLength(headers: readonly string[]): number | undefined {
  const values = headerValues(headers, 'content-length');
  if (values.length === 0) return undefined;
  const items = new Set(values.flatMap((value) => value.split(',')).map((item) => item.trim()));
  const [first = ''] = items;
  const bytes = Number(first);
  if (items.size !== 1 || !/^[0-9]{1,16}$/.test(first) || !Number.isSafeInteger(bytes)) {
    throw new HttpSyntaxError('Content-Length is not one number');
  }
  return bytes;
}
